using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Rules;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Api.Machinery;
using Orchestrator.Cel.Costs;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>Defaults must be what the schema itself would accept, its rules in CEL too, and nothing that it would prune.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go. Maps' values are not looked at: defaults are forbidden there.</remarks>
internal static class DefaultRules
{
    private const string UnknownFields = "must not have unknown fields";

    /// <summary>The faults of all defaults of a schema.</summary>
    public static IReadOnlyList<FieldError> Faults(StructuralSchema schema, string path)
    {
        var faults = new List<FieldError>();
        Check(schema, path, isRoot: true, (long)CelCosts.RuntimeBudget, faults);
        return faults;
    }

    /// <summary>Checks the default of a place and those below it.</summary>
    /// <returns>What the rules of further defaults may cost; less than nothing: no further default is looked at.</returns>
    private static long Check(StructuralSchema schema, string path, bool isRoot, long budget, List<FieldError> faults)
    {
        if (schema.Default is { } standing)
        {
            var found = ValueFaults(standing, schema, path + ".default").ToList();
            faults.AddRange(found);
            budget = found.Exists(fault => fault.Detail != UnknownFields) ? budget : CheckRules(standing, schema, path + ".default", isRoot, budget, faults);
        }

        if (budget >= 0 && schema.Items is { } items)
        {
            budget = Check(items, path + ".items", isRoot: false, budget, faults);
        }

        foreach (var (name, property) in schema.Properties)
        {
            budget = budget < 0 ? budget : Check(property, $"{path}.properties[{name}]", isRoot: false, budget, faults);
        }

        return budget;
    }

    private static IEnumerable<FieldError> ValueFaults(JsonNode standing, StructuralSchema schema, string path)
    {
        var pruned = standing.DeepClone();
        Pruning.Prune(pruned, schema, schema.IsEmbedded);
        if (!JsonNode.DeepEquals(pruned, standing))
        {
            yield return FieldError.Invalid(path, standing.DeepClone(), UnknownFields);
        }

        var faults = EmbeddedMetadata.Faults(standing, schema, path, isRoot: false).ToList();
        foreach (var fault in faults.Count > 0 ? faults : ValueValidator.Faults(standing, schema, path))
        {
            yield return fault;
        }
    }

    /// <summary>Runs the rules twice: as if the default stood there before, and as if nothing did. The dearer run counts.</summary>
    private static long CheckRules(JsonNode standing, StructuralSchema schema, string path, bool isRoot, long budget, List<FieldError> faults)
    {
        if (RulePlace.Of(schema, isRoot) is not { } place)
        {
            return budget;
        }

        var unchanged = new RuleRun(budget, ratchets: false);
        place.Check(standing, path, Earlier.Of(standing), tolerates: false, unchanged);
        faults.AddRange(unchanged.Faults);
        if (unchanged.Faults.Count > 0)
        {
            return unchanged.Left;
        }

        var introduced = new RuleRun(budget, ratchets: false);
        place.Check(standing, path, Earlier.None, tolerates: false, introduced);
        faults.AddRange(introduced.Faults);
        return Math.Min(unchanged.Left, introduced.Left);
    }
}
