using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.ResourceQuotas;

/// <summary>The rules of a quota's scopes: which there are, which exclude each other, and what can be counted within one.</summary>
/// <remarks>Upstream: validateResourceQuotaScopes, validateScopedResourceSelectorRequirement and IsResourceQuotaScopeValidForResource of pkg/apis/core.</remarks>
internal static class QuotaScopes
{
    private const string Inapplicable = "unsupported scope applied to resource";

    private static readonly string[] OfPods = ["cpu", "limits.cpu", "limits.memory", "memory", "pods", "requests.cpu", "requests.memory"];

    private static readonly string[] OfClaims = ["persistentvolumeclaims", "requests.storage"];

    private static readonly (string One, string Other)[] Exclusive = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];

    /// <summary>Notes what is wrong with the scopes of a spec and with its selector of scopes.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="counted">The names under spec.hard that have no domain: they alone are bound to kinds of scopes.</param>
    /// <param name="faults">Where to.</param>
    public static void Validate(JsonObject? spec, IReadOnlyList<string> counted, Faults faults)
    {
        var scopes = spec.Texts("scopes").ToList();
        foreach (var scope in scopes)
        {
            if (!IsKnown(scope))
            {
                faults.Invalid("spec.scopes", spec.Array("scopes"), "unsupported scope");
            }

            foreach (var _ in counted.Where(name => !Applies(scope, name)))
            {
                faults.Invalid("spec.scopes", spec.Array("scopes"), Inapplicable);
            }
        }

        ValidateExclusion(spec, scopes, "spec.scopes", faults);
        ValidateSelector(spec, counted, faults);
    }

    private static void ValidateSelector(JsonObject? spec, IReadOnlyList<string> counted, Faults faults)
    {
        const string path = "spec.scopeSelector.matchExpressions";
        var expressions = spec.Object("scopeSelector").Items("matchExpressions").ToList();
        foreach (var expression in expressions)
        {
            var scope = expression.Text("scopeName");
            if (!IsKnown(scope))
            {
                faults.Invalid(path + ".scopeName", scope, "unsupported scope");
            }

            foreach (var _ in counted.Where(name => !Applies(scope, name)))
            {
                faults.Invalid(path, Internal(expressions), Inapplicable);
            }

            ValidateOperator(expression, scope, path, faults);
        }

        ValidateExclusion(spec, [.. expressions.Select(static expression => expression.Text("scopeName"))], path, faults);
    }

    private static void ValidateOperator(JsonObject expression, string scope, string path, Faults faults)
    {
        var choice = expression.Text("operator");
        if (scope is "BestEffort" or "NotBestEffort" or "Terminating" or "NotTerminating" or "CrossNamespacePodAffinity" && choice != "Exists")
        {
            faults.Invalid(path + ".operator", choice,
                "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                + "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
        }

        var hasValues = expression.Texts("values").Any();
        switch (choice)
        {
            case "In" or "NotIn" when !hasValues:
                faults.Required(path + ".values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case "Exists" or "DoesNotExist" when hasValues:
                faults.Invalid(path + ".values", expression.Array("values"), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            case var _ when !EnumTypes.ScopeSelectorOperator.Contains(choice, StringComparer.Ordinal):
                faults.Invalid(path + ".operator", choice, "not a valid selector operator");
                break;
        }
    }

    private static void ValidateExclusion(JsonObject? spec, List<string> scopes, string path, Faults faults)
    {
        foreach (var (one, other) in Exclusive)
        {
            if (scopes.Contains(one, StringComparer.Ordinal) && scopes.Contains(other, StringComparer.Ordinal))
            {
                // Also of a selector, upstream names the list of scopes.
                faults.Invalid(path, spec.Array("scopes"), "conflicting scopes");
            }
        }
    }

    private static bool IsKnown(string scope) => EnumTypes.ResourceQuotaScope.Contains(scope, StringComparer.Ordinal);

    private static bool Applies(string scope, string name) => scope switch
    {
        "Terminating" or "NotTerminating" or "NotBestEffort" or "PriorityClass" or "CrossNamespacePodAffinity" => OfPods.Contains(name, StringComparer.Ordinal),
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => OfClaims.Contains(name, StringComparer.Ordinal),
        _ => true,
    };

    /// <summary>The selector as upstream's messages have it: by the names of its internal type's fields.</summary>
    private static JsonObject Internal(IEnumerable<JsonObject> expressions) => new()
    {
        ["MatchExpressions"] = new JsonArray([.. expressions.Select(static expression => new JsonObject
        {
            ["ScopeName"] = expression.Text("scopeName"),
            ["Operator"] = expression.Text("operator"),
            ["Values"] = expression.Array("values")?.DeepClone(),
        })]),
    };
}
