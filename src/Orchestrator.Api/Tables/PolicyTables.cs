using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>The kinds that say who may do what, and what is more important than what.</summary>
internal static class PolicyTables
{
    internal static readonly KindTable Leases = new(
        [Name, Text("Holder", "Who has the lease."), Age], o => [o.Name, o.Text("spec.holderIdentity"), o.Age]);

    internal static readonly KindTable PodDisruptionBudgets = new(
        [
            Name, Text("Min Available", "The minimum number of pods that must be available."),
            Text("Max Unavailable", "The maximum number of pods that may be unavailable."),
            Integer("Allowed Disruptions", "Calculated number of pods that may be disrupted at this time."), Age,
        ],
        o => [o.Name, o.Text("spec.minAvailable", "N/A"), o.Text("spec.maxUnavailable", "N/A"), o.Number("status.disruptionsAllowed"), o.Age]);

    internal static readonly KindTable PriorityClasses = new(
        [
            Name, Integer("Value", "The priority."), Flag("Global-Default", "Whether pods without a class get it."), Age,
            Text("PreemptionPolicy", "Whether its pods displace others."),
        ],
        o => [o.Name, o.Number("value"), o.Flag("globalDefault"), o.Age, o.Text("preemptionPolicy")]);

    internal static readonly KindTable RuntimeClasses = new([Name, Text("Handler", ""), Age], o => [o.Name, o.Text("handler"), o.Age]);

    internal static readonly KindTable RoleBindings = new(
        [
            Name, Text("Role", "What is granted."), Age, Wide("Users", "Users in the roleBinding"), Wide("Groups", "Groups in the roleBinding"),
            Wide("ServiceAccounts", "ServiceAccounts in the roleBinding"),
        ],
        o => [o.Name, o.Text("roleRef.kind") + "/" + o.Text("roleRef.name"), o.Age, Subjects(o, "User"), Subjects(o, "Group"), Subjects(o, "ServiceAccount")]);

    internal static readonly KindTable WebhookConfigurations = new(
        [Name, Integer("Webhooks", "Webhooks indicates the number of webhooks registered in this configuration"), Age],
        o => [o.Name, o.Count("webhooks"), o.Age]);

    internal static readonly KindTable AdmissionPolicies = new(
        [Name, Integer("Validations", "Validations indicates the number of validation rules defined in this configuration"), Text("ParamKind", "The kind of its parameters."), Age],
        o => [o.Name, o.Count("spec.validations"), ParamKind(o), o.Age]);

    internal static readonly KindTable MutatingAdmissionPolicies = new(
        [Name, Integer("Mutations", "Mutations indicates the number of mutations rules defined in this configuration"), Text("ParamKind", "The kind of its parameters."), Age],
        o => [o.Name, o.Count("spec.mutations"), ParamKind(o), o.Age]);

    internal static readonly KindTable AdmissionPolicyBindings = new(
        [Name, Text("PolicyName", "The policy that is bound."), Text("ParamRef", "Its parameters."), Age],
        o =>
        [
            o.Name, o.Text("spec.policyName"),
            o.Has("spec.paramRef") ? (o.Text("spec.paramRef.namespace") is { Length: > 0 } ns ? ns + "/" : "") + o.Text("spec.paramRef.name", "*") : PrintedObject.Unset,
            o.Age,
        ]);

    internal static readonly KindTable FlowSchemas = new(
        [
            Name, Text("PriorityLevel", "Where its requests queue."), Text("MatchingPrecedence", "Which schema is asked first."),
            Text("DistinguisherMethod", "What sets flows apart."), Age, Text("MissingPL", "Whether the priority level is missing."),
        ],
        o =>
        [
            o.Name, o.Text("spec.priorityLevelConfiguration.name"), o.Number("spec.matchingPrecedence"), o.Text("spec.distinguisherMethod.type", PrintedObject.None),
            o.Age, o.Condition("Dangling") is { Length: > 0 } dangling ? dangling : "?",
        ],
        Rank: o => o.Number("spec.matchingPrecedence"));

    internal static readonly KindTable PriorityLevels = new(
        [
            Name, Text("Type", "Limited or Exempt."), Text("NominalConcurrencyShares", "Its share."), Text("Queues", "How many queues."),
            Text("HandSize", "Queues that a flow may use."), Text("QueueLengthLimit", "Requests that may wait in a queue."), Age,
        ],
        PriorityLevel);

    internal static readonly KindTable CertificateSigningRequests = new(
        [
            Name, Age, Text("SignerName", "Who is to sign."), Text("Requestor", "Who asks."), Text("RequestedDuration", "For how long."), Text("Condition", "What came of it."),
        ],
        o =>
        [
            o.Name, o.Age, o.Text("spec.signerName", PrintedObject.None), o.Text("spec.username"),
            o.Has("spec.expirationSeconds") ? HumanDuration.Format(TimeSpan.FromSeconds(o.Number("spec.expirationSeconds"))) : PrintedObject.None, SigningStatus(o),
        ]);

    private static object?[] PriorityLevel(PrintedObject o)
    {
        const string limited = "spec.limited.";
        object Setting(string path) => o.Has(path) ? o.Number(path) : PrintedObject.None;
        return
        [
            o.Name, o.Text("spec.type"), Setting(limited + "nominalConcurrencyShares"), Setting(limited + "limitResponse.queuing.queues"),
            Setting(limited + "limitResponse.queuing.handSize"), Setting(limited + "limitResponse.queuing.queueLengthLimit"), o.Age,
        ];
    }

    private static string Subjects(PrintedObject binding, string kind) =>
        string.Join(", ", binding.Items("subjects").Where(subject => subject.Text("kind") == kind)
            .Select(subject => kind == "ServiceAccount" ? subject.Text("namespace") + "/" + subject.Text("name") : subject.Text("name")));

    private static string ParamKind(PrintedObject o) =>
        o.Has("spec.paramKind") ? o.Text("spec.paramKind.apiVersion") + "/" + o.Text("spec.paramKind.kind") : PrintedObject.Unset;

    private static string SigningStatus(PrintedObject request)
    {
        var types = request.Items("status.conditions").Select(condition => condition.Text("type")).ToHashSet(StringComparer.Ordinal);
        var status = types.Contains("Denied") ? "Denied" : types.Contains("Approved") ? "Approved" : "Pending";
        status += types.Contains("Failed") ? ",Failed" : "";
        return request.Text("status.certificate").Length > 0 ? status + ",Issued" : status;
    }
}
