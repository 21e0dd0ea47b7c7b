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

    private static readonly string[] Scopes =
        ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass"];

    /// <inheritdoc />
    public override GroupResource Resource => new("", "resourcequotas");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        ValidateAmounts(spec.Object("hard"), "spec.hard", faults);
        ValidateScopes(spec, faults);
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
            faults.Invalid(at, name, ObjectNames.QualifiedNameErrors(name));
            if (!IsKnown(name))
            {
                faults.Invalid(at, name, "must be a standard resource for quota");
            }

            ResourceValidation.ValidateNotNegative(amount, at, faults);
            if (Counts.Contains(name, StringComparer.Ordinal) && ResourceValidation.Amount(amount) is var count && count.MilliValue % 1000 != 0)
            {
                faults.Invalid(at, count.ToString(), "must be an integer");
            }
        }
    }

    private static bool IsKnown(string name) =>
        name.Contains('/', StringComparison.Ordinal)
        || Counts.Contains(name, StringComparer.Ordinal)
        || Amounts.Contains(name, StringComparer.Ordinal)
        || name.StartsWith("hugepages-", StringComparison.Ordinal)
        || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    private static void ValidateScopes(JsonObject? spec, Faults faults)
    {
        var scopes = spec.Texts("scopes").ToList();
        foreach (var _ in scopes.Where(scope => !Scopes.Contains(scope, StringComparer.Ordinal)))
        {
            faults.Invalid("spec.scopes", spec.Array("scopes"), "unsupported scope");
        }

        foreach (var (one, other) in new[] { ("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating") })
        {
            if (scopes.Contains(one, StringComparer.Ordinal) && scopes.Contains(other, StringComparer.Ordinal))
            {
                faults.Invalid("spec.scopes", spec.Array("scopes"), "conflicting scopes");
            }
        }

        foreach (var expression in spec.Object("scopeSelector").Items("matchExpressions"))
        {
            ValidateExpression(expression, "spec.scopeSelector.matchExpressions", faults);
        }
    }

    private static void ValidateExpression(JsonObject expression, string path, Faults faults)
    {
        if (!Scopes.Contains(expression.Text("scopeName"), StringComparer.Ordinal))
        {
            faults.Invalid(path + ".scopeName", expression.Text("scopeName"), "unsupported scope");
        }

        var values = expression.Texts("values").Any();
        switch (expression.Text("operator"))
        {
            case "In" or "NotIn" when !values:
                faults.Required(path + ".values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case "Exists" or "DoesNotExist" when values:
                faults.Invalid(path + ".values", expression.Array("values"), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                faults.Invalid(path + ".operator", expression.Text("operator"), "not a valid selector operator");
                break;
        }
    }
}
