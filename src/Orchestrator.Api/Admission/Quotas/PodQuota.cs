using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Quantities;
using ObjectFields = Orchestrator.Api.Documents.ObjectFields;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Measures pods: their number, and what their containers request and are limited to.</summary>
/// <remarks>Upstream: pkg/quota/v1/evaluator/core/pods.go.</remarks>
internal sealed class PodQuota() : QuotaEvaluator(new GroupResource("", "pods"))
{
    private const string RequestsPrefix = "requests.";
    private const string HugePages = "hugepages-";

    private static readonly string[] Compute = ["cpu", "memory", "ephemeral-storage"];

    private static readonly string[] Affinities = ["podAffinity", "podAntiAffinity"];

    /// <summary>A quota of one of these needs it stated by every container; upstream regrets the rule and keeps it.</summary>
    private static readonly string[] Required = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

    /// <inheritdoc />
    public override bool IsVariable => true;

    /// <inheritdoc />
    public override bool Handles(AdmissionAttributes attributes) => attributes switch
    {
        { Operation: AdmissionOperation.Create, Subresource.Length: 0 } or { Operation: AdmissionOperation.Update, Subresource: "resize" } => true,

        // A pod that gets or loses its deadline moves from quotas of one scope to those of the other.
        { Operation: AdmissionOperation.Update, Subresource.Length: 0 } => IsTerminating(attributes.Object.Object("spec")) != IsTerminating(attributes.OldObject.Object("spec")),
        _ => false,
    };

    /// <inheritdoc />
    public override bool Measures(string name) =>
        name == "pods" || name == CountName || IsCompute(name) || name.StartsWith(HugePages, StringComparison.Ordinal)
        || name.StartsWith(RequestsPrefix + HugePages, StringComparison.Ordinal) || IsExtendedRequest(name);

    /// <inheritdoc />
    public override bool IsInScope(QuotaScope scope, JsonObject obj)
    {
        var spec = obj.Object("spec");
        return scope.Name switch
        {
            "Terminating" => IsTerminating(spec),
            "NotTerminating" => !IsTerminating(spec),
            "BestEffort" => IsBestEffort(spec),
            "NotBestEffort" => !IsBestEffort(spec),
            "PriorityClass" => scope.Accepts(spec.Text("priorityClassName") is { Length: > 0 } name ? [name] : []),
            "CrossNamespacePodAffinity" => ReachesAcrossNamespaces(spec.Object("affinity")),
            _ => false,
        };
    }

    /// <inheritdoc />
    public override string? Lack(IReadOnlyCollection<string> limited, JsonObject obj)
    {
        if (PodAmounts.AreStated(obj))
        {
            return null;
        }

        var lacks = new List<string>();
        var spec = obj.Object("spec");
        var containers = spec.Items("containers").Concat(spec.Items("initContainers")).ToList();
        foreach (var name in limited.Where(name => Required.Contains(name, StringComparer.Ordinal)).Order(StringComparer.Ordinal))
        {
            var without = containers.Where(container => !Named(PodAmounts.Of(container, "requests"), PodAmounts.Of(container, "limits")).ContainsKey(name))
                .Select(container => container.Text("name")).Distinct().Order(StringComparer.Ordinal).ToList();
            if (without.Count > 0)
            {
                lacks.Add($"{name} for: {string.Join(',', without)}");
            }
        }

        return lacks.Count == 0 ? null : "must specify " + string.Join("; ", lacks);
    }

    /// <inheritdoc />
    public override SortedDictionary<string, Quantity> Usage(JsonObject obj, DateTimeOffset now)
    {
        var usage = ResourceAmounts.Empty();
        usage[CountName] = ResourceAmounts.Count(1);
        if (!IsOver(obj, now))
        {
            usage["pods"] = ResourceAmounts.Count(1);
            usage.AddTo(Named(PodAmounts.Total(obj, "requests"), PodAmounts.Total(obj, "limits")));
        }

        return usage;
    }

    /// <summary>A pod that has ended is not charged for, nor one that should be gone by now: its node may be lost.</summary>
    private static bool IsOver(JsonObject pod, DateTimeOffset now) =>
        pod.Object("status").Text("phase") is "Succeeded" or "Failed"
        || (ObjectFields.Time(pod.Object("metadata"), "deletionTimestamp") is { } deadline
            && pod.Object("metadata").Integer("deletionGracePeriodSeconds") is { } grace && now > deadline.AddSeconds(grace));

    /// <summary>Requests and limits under the names that quotas have for them.</summary>
    private static SortedDictionary<string, Quantity> Named(SortedDictionary<string, Quantity> requests, SortedDictionary<string, Quantity> limits)
    {
        var named = ResourceAmounts.Empty();
        foreach (var (name, amount) in requests)
        {
            if (Compute.Contains(name, StringComparer.Ordinal) || name.StartsWith(HugePages, StringComparison.Ordinal))
            {
                named[name] = amount;
                named[RequestsPrefix + name] = amount;
            }
            else if (IsExtended(name))
            {
                named[RequestsPrefix + name] = amount;
            }
        }

        foreach (var (name, amount) in limits.Where(limit => Compute.Contains(limit.Key, StringComparer.Ordinal)))
        {
            named["limits." + name] = amount;
        }

        return named;
    }

    private static bool IsCompute(string name) =>
        Compute.Any(compute => name == compute || name == RequestsPrefix + compute || name == "limits." + compute);

    private static bool IsExtendedRequest(string name) =>
        name.StartsWith(RequestsPrefix, StringComparison.Ordinal) && IsExtended(name[RequestsPrefix.Length..]);

    private static bool IsExtended(string name) =>
        name.Contains('/', StringComparison.Ordinal) && !name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static bool IsTerminating(JsonObject? spec) => spec.Integer("activeDeadlineSeconds") >= 0;

    private static bool IsBestEffort(JsonObject? spec) => spec is null || QualityOfService.Of(spec) == QualityOfService.BestEffort;

    private static bool ReachesAcrossNamespaces(JsonObject? affinity) =>
        Affinities.Select(kind => affinity.Object(kind)).Any(rules =>
            rules.Items("requiredDuringSchedulingIgnoredDuringExecution").Any(Reaches)
            || rules.Items("preferredDuringSchedulingIgnoredDuringExecution").Any(weighted => Reaches(weighted.Object("podAffinityTerm"))));

    private static bool Reaches(JsonObject? term) => term.Array("namespaces") is { Count: > 0 } || term.Has("namespaceSelector");
}
