using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>Defaults must be what the schema itself would accept, and nothing that it would prune.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go. Maps' values are not looked at: defaults are forbidden there.</remarks>
internal static class DefaultRules
{
    /// <summary>The faults of all defaults of a schema.</summary>
    public static IEnumerable<FieldError> Faults(StructuralSchema schema, string path)
    {
        var own = schema.Default is { } standing ? OfDefault(standing, schema, path + ".default") : [];
        return own
            .Concat(schema.Items is { } items ? Faults(items, path + ".items") : [])
            .Concat(schema.Properties.SelectMany(property => Faults(property.Value, $"{path}.properties[{property.Key}]")));
    }

    private static IEnumerable<FieldError> OfDefault(JsonNode standing, StructuralSchema schema, string path)
    {
        var pruned = standing.DeepClone();
        Pruning.Prune(pruned, schema, schema.IsEmbedded);
        if (!JsonNode.DeepEquals(pruned, standing))
        {
            yield return FieldError.Invalid(path, standing.DeepClone(), "must not have unknown fields");
        }

        var faults = EmbeddedMetadata.Faults(standing, schema, path, isRoot: false).ToList();
        foreach (var fault in faults.Count > 0 ? faults : ValueValidator.Faults(standing, schema, path))
        {
            yield return fault;
        }
    }
}
