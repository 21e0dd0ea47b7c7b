using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.ResourceQuotas;

/// <summary>What ResourceQuotas add to the common write path: which objects count stays, how much they may use changes.</summary>
/// <remarks>Upstream: ValidateResourceQuotaSpec and ValidateResourceQuotaUpdate.</remarks>
internal sealed class ResourceQuotaStrategy : StatusStrategy
{
    private static readonly string[] Counts =
    [
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports",
        "services.loadbalancers",
    ];

    private static readonly string[] Amounts =
    [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu",
        "limits.memory", "limits.ephemeral-storage",
    ];

    /// <inheritdoc />
    public override GroupResource Resource => new("", "resourcequotas");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        ValidateAmounts(spec.Object("hard"), "spec.hard", faults);
        QuotaScopes.Validate(spec, [.. (spec.Object("hard") ?? []).Select(static amount => amount.Key).Where(IsStandard).Order(StringComparer.Ordinal)], faults);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        if (subresource == "status")
        {
            ValidateAmounts(obj.Object("status").Object("hard"), "status.hard", faults);
            ValidateAmounts(obj.Object("status").Object("used"), "status.used", faults);
            return faults;
        }

        faults.AddRange(Validate(obj));
        var (now, before) = (obj.Object("spec").Texts("scopes"), old.Object("spec").Texts("scopes"));
        if (!now.Order(StringComparer.Ordinal).SequenceEqual(before.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            faults.Invalid("spec.scopes", obj.Object("spec")?["scopes"], "field is immutable");
        }

        return faults;
    }

    private static void ValidateAmounts(JsonObject? amounts, string path, Faults faults)
    {
        foreach (var (name, amount) in amounts ?? [])
        {
            var at = $"{path}[{name}]";
            ValidateName(name, at, faults);
            ResourceValidation.ValidateNotNegative(amount, at, faults);
            if (IsCount(name) && ResourceValidation.Amount(amount) is var count && count.MilliValue % 1000 != 0)
            {
                faults.Invalid(at, count.ToString(), "must be an integer");
            }
        }
    }

    private static void ValidateName(string name, string path, Faults faults)
    {
        var complaints = ObjectNames.QualifiedNameErrors(name).ToList();
        faults.Invalid(path, name, complaints);
        if (name.Contains('/', StringComparison.Ordinal) || IsStandard(name))
        {
            return;
        }

        // The size of a volume is a resource, and is counted as what is requested of it.
        if (complaints.Count == 0 && name != "storage")
        {
            faults.Invalid(path, name, "must be a standard resource type or fully qualified");
        }

        faults.Invalid(path, name, "must be a standard resource for quota");
    }

    /// <summary>What is counted in whole numbers: objects, and resources of others' domains.</summary>
    private static bool IsCount(string name) => Counts.Contains(name, StringComparer.Ordinal)
        || (name.Contains('/', StringComparison.Ordinal) && !name.Contains("kubernetes.io/", StringComparison.Ordinal)
            && !name.StartsWith("requests.", StringComparison.Ordinal) && !ObjectNames.QualifiedNameErrors("requests." + name).Any());

    private static bool IsStandard(string name) =>
        Counts.Contains(name, StringComparer.Ordinal)
        || Amounts.Contains(name, StringComparer.Ordinal)
        || name.StartsWith("hugepages-", StringComparison.Ordinal)
        || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);
}
