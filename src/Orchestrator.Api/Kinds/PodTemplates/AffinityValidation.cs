using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of node affinity, pod affinity and pod anti-affinity.</summary>
/// <remarks>Upstream: validateAffinity and its kin.</remarks>
internal static class AffinityValidation
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    /// <summary>Validates an affinity.</summary>
    public static void Validate(JsonObject? affinity, string path, Faults faults)
    {
        ValidateNodeAffinity(affinity.Object("nodeAffinity"), path + ".nodeAffinity", faults);
        ValidatePodAffinity(affinity.Object("podAffinity"), path + ".podAffinity", faults);
        ValidatePodAffinity(affinity.Object("podAntiAffinity"), path + ".podAntiAffinity", faults);
    }

    /// <summary>Validates a node selector, as affinities and volumes have it.</summary>
    public static void ValidateNodeSelector(JsonObject selector, string path, Faults faults)
    {
        var terms = selector.Items("nodeSelectorTerms").ToList();
        if (terms.Count == 0)
        {
            faults.Required(path + ".nodeSelectorTerms", "must have at least one node selector term");
        }

        for (var i = 0; i < terms.Count; i++)
        {
            ValidateNodeTerm(terms[i], $"{path}.nodeSelectorTerms[{i}]", faults);
        }
    }

    private static void ValidateNodeAffinity(JsonObject? affinity, string path, Faults faults)
    {
        if (affinity.Object(Required) is { } required)
        {
            ValidateNodeSelector(required, $"{path}.{Required}", faults);
        }

        var preferred = affinity.Items(Preferred).ToList();
        for (var i = 0; i < preferred.Count; i++)
        {
            ValidateWeight(preferred[i], $"{path}.{Preferred}[{i}]", faults);
            ValidateNodeTerm(preferred[i].Object("preference"), $"{path}.{Preferred}[{i}].preference", faults);
        }
    }

    private static void ValidateNodeTerm(JsonObject? term, string path, Faults faults)
    {
        foreach (var list in new[] { "matchExpressions", "matchFields" })
        {
            var requirements = term.Items(list).ToList();
            for (var i = 0; i < requirements.Count; i++)
            {
                ValidateRequirement(requirements[i], $"{path}.{list}[{i}]", list == "matchExpressions", faults);
            }
        }
    }

    private static void ValidateRequirement(JsonObject requirement, string path, bool isLabel, Faults faults)
    {
        var values = requirement.Array("values")?.Count ?? 0;
        switch (requirement.Text("operator"))
        {
            case "In" or "NotIn":
                if (values == 0)
                {
                    faults.Required(path + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                }

                break;
            case "Exists" or "DoesNotExist":
                if (values > 0)
                {
                    faults.Forbidden(path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }

                break;
            case "Gt" or "Lt":
                if (values != 1)
                {
                    faults.Required(path + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }

                break;
            default:
                faults.Invalid(path + ".operator", requirement.Text("operator"), "not a valid selector operator");
                break;
        }

        var key = requirement.Text("key");
        if (isLabel)
        {
            faults.Invalid(path + ".key", key, ObjectNames.QualifiedNameErrors(key));
        }
        else if (key != "metadata.name")
        {
            faults.Invalid(path + ".key", key, "not a valid field selector key");
        }
    }

    private static void ValidatePodAffinity(JsonObject? affinity, string path, Faults faults)
    {
        var required = affinity.Items(Required).ToList();
        for (var i = 0; i < required.Count; i++)
        {
            ValidatePodTerm(required[i], $"{path}.{Required}[{i}]", faults);
        }

        var preferred = affinity.Items(Preferred).ToList();
        for (var i = 0; i < preferred.Count; i++)
        {
            ValidateWeight(preferred[i], $"{path}.{Preferred}[{i}]", faults);
            ValidatePodTerm(preferred[i].Object("podAffinityTerm"), $"{path}.{Preferred}[{i}].podAffinityTerm", faults);
        }
    }

    private static void ValidatePodTerm(JsonObject? term, string path, Faults faults)
    {
        Selectors.Validate(term.Object("labelSelector"), path + ".labelSelector", faults);
        Selectors.Validate(term.Object("namespaceSelector"), path + ".namespaceSelector", faults);
        foreach (var name in term.Texts("namespaces"))
        {
            faults.Invalid(path + ".namespace", name, ObjectNames.DnsLabelErrors(name));
        }

        var key = term.Text("topologyKey");
        if (key.Length == 0)
        {
            faults.Required(path + ".topologyKey", "can not be empty");
        }

        faults.Invalid(path + ".topologyKey", key, ObjectNames.QualifiedNameErrors(key));
    }

    private static void ValidateWeight(JsonObject preferred, string path, Faults faults)
    {
        if ((preferred.Integer("weight") ?? 0) is var weight && weight is < 1 or > 100)
        {
            faults.Invalid(path + ".weight", weight, "must be in the range 1-100");
        }
    }
}
