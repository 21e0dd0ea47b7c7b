using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of tolerations, topology spread constraints and scheduling gates.</summary>
/// <remarks>Upstream: ValidateTolerations, validateTopologySpreadConstraints and validateSchedulingGates.</remarks>
internal static class SchedulingValidation
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>Validates tolerations.</summary>
    public static void ValidateTolerations(JsonObject spec, string path, Faults faults)
    {
        var tolerations = spec.Items("tolerations").ToList();
        for (var i = 0; i < tolerations.Count; i++)
        {
            ValidateToleration(tolerations[i], $"{path}[{i}]", faults);
        }
    }

    /// <summary>Validates topology spread constraints.</summary>
    public static void ValidateSpread(JsonObject spec, string path, Faults faults)
    {
        var pairs = new HashSet<string>(StringComparer.Ordinal);
        var constraints = spec.Items("topologySpreadConstraints").ToList();
        for (var i = 0; i < constraints.Count; i++)
        {
            var constraint = constraints[i];
            var at = $"{path}[{i}]";
            RequirePositive(constraint.Integer("maxSkew") ?? 0, at + ".maxSkew", faults);
            if (constraint.Text("topologyKey").Length == 0)
            {
                faults.Required(at + ".topologyKey", "can not be empty");
            }

            faults.OneOf(at + ".whenUnsatisfiable", constraint.Text("whenUnsatisfiable"), EnumTypes.UnsatisfiableConstraintAction);
            var pair = $"{{{constraint.Text("topologyKey")}, {constraint.Text("whenUnsatisfiable")}}}";
            if (!pairs.Add(pair))
            {
                faults.Duplicate($"{at}.{{topologyKey, whenUnsatisfiable}}", pair);
            }

            ValidateMinDomains(constraint, at + ".minDomains", faults);
            faults.OneOfIfSet(at + ".nodeAffinityPolicy", constraint.Text("nodeAffinityPolicy"), EnumTypes.NodeInclusionPolicy);
            faults.OneOfIfSet(at + ".nodeTaintsPolicy", constraint.Text("nodeTaintsPolicy"), EnumTypes.NodeInclusionPolicy);
            Selectors.Validate(constraint.Object("labelSelector"), at + ".labelSelector", faults);
        }
    }

    /// <summary>Validates scheduling gates.</summary>
    public static void ValidateGates(JsonObject spec, string path, Faults faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var gates = spec.Items("schedulingGates").ToList();
        for (var i = 0; i < gates.Count; i++)
        {
            var name = gates[i].Text("name");
            faults.Invalid($"{path}[{i}]", name, ObjectNames.QualifiedNameErrors(name));
            if (!names.Add(name))
            {
                faults.Duplicate($"{path}[{i}]", name);
            }
        }
    }

    /// <summary>Validates the taints of a node.</summary>
    public static void ValidateTaints(JsonObject? spec, string path, Faults faults)
    {
        var pairs = new HashSet<(string, string)>();
        var taints = spec.Items("taints").ToList();
        for (var i = 0; i < taints.Count; i++)
        {
            var at = $"{path}[{i}]";
            var (key, value, effect) = (taints[i].Text("key"), taints[i].Text("value"), taints[i].Text("effect"));
            faults.Invalid(at + ".key", key, ObjectNames.QualifiedNameErrors(key));
            faults.Invalid(at + ".value", value, ObjectNames.LabelValueErrors(value));
            faults.OneOf(at + ".effect", effect, Effects);
            if (!pairs.Add((key, effect)))
            {
                // Upstream prints the whole taint and names the place without a field.
                faults.Duplicate(at, taints[i]);
            }
        }
    }

    private static void ValidateToleration(JsonObject toleration, string path, Faults faults)
    {
        var (key, operation, value) = (toleration.Text("key"), toleration.Text("operator"), toleration.Text("value"));
        if (key.Length > 0)
        {
            faults.Invalid(path + ".key", key, ObjectNames.QualifiedNameErrors(key));
        }
        else if (operation != "Exists")
        {
            faults.Invalid(path + ".operator", operation, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }

        if (toleration.Has("tolerationSeconds") && toleration.Text("effect") != "NoExecute")
        {
            faults.Invalid(path + ".effect", toleration.Text("effect"), "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }

        switch (operation)
        {
            case "" or "Equal":
                var complaints = ObjectNames.LabelValueErrors(value).ToList();
                if (complaints.Count > 0)
                {
                    faults.Invalid(path + ".operator", value, string.Join(';', complaints));
                }

                break;
            case "Exists" when value.Length > 0:
                faults.Invalid(path + ".operator", toleration, "value must be empty when `operator` is 'Exists'");
                break;
            case "Exists":
                break;
            default:
                faults.NotSupported(path + ".operator", operation, "Equal", "Exists");
                break;
        }

        faults.OneOfIfSet(path + ".effect", toleration.Text("effect"), Effects);
    }

    private static void ValidateMinDomains(JsonObject constraint, string path, Faults faults)
    {
        if (constraint.Integer("minDomains") is not { } domains)
        {
            return;
        }

        RequirePositive(domains, path, faults);
        if (constraint.Text("whenUnsatisfiable") != "DoNotSchedule")
        {
            faults.Invalid(path, domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + constraint.Text("whenUnsatisfiable"));
        }
    }

    private static void RequirePositive(long value, string path, Faults faults)
    {
        if (value <= 0)
        {
            faults.Invalid(path, value, "must be greater than zero");
        }
    }
}
