using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>Which newer rules a changed definition need not meet, because it did not meet them before.</summary>
/// <remarks>Upstream: validationOptions and the require... functions of validation.go.</remarks>
/// <param name="NonAtomicSets">Sets of items that are not atomic.</param>
/// <param name="LooseMapKeys">Keys of map lists that may be missing, and items that may be null.</param>
/// <param name="UnknownTypes">Types that OpenAPI does not have.</param>
/// <param name="Schemas">The schemas that stood before: their rules' cost is not estimated anew.</param>
internal sealed record Tolerance(bool NonAtomicSets, bool LooseMapKeys, bool UnknownTypes, IReadOnlyList<JsonObject> Schemas)
{
    private static readonly Tolerance None = new(false, false, false, []);

    public static Tolerance Of(JsonObject? oldSpec)
    {
        if (oldSpec is null)
        {
            return None;
        }

        var sources = oldSpec.Items("versions").Select(version => version.Object("schema").Object("openAPIV3Schema")).OfType<JsonObject>().ToList();
        var schemas = sources.Select(StructuralSchema.Read).ToList();
        return new Tolerance(
            schemas.Exists(schema => schema.Has(place => ListTypeRules.SetFaults(place, "").Any())),
            schemas.Exists(schema => schema.Has(place => ListTypeRules.KeyFaults(place, "").Any())),
            schemas.Exists(schema => schema.Has(place => place.Type.Length > 0 && !SchemaRules.Types.Contains(place.Type))),
            sources);
    }
}
