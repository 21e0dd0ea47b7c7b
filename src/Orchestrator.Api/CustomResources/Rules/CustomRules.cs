using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>The rules in CEL of a version's schema.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.</remarks>
internal sealed class CustomRules
{
    private readonly Func<JsonObject, JsonObject?, IReadOnlyList<FieldError>>? evaluate;

    private CustomRules(bool any, Func<JsonObject, JsonObject?, IReadOnlyList<FieldError>>? evaluate = null)
    {
        Any = any;
        this.evaluate = evaluate;
    }

    /// <summary>True when the schema has rules.</summary>
    public bool Any { get; }

    /// <summary>Finds the rules of a schema.</summary>
    public static CustomRules Of(StructuralSchema schema) => new(schema.Has(place => place.Rules.Count > 0));

    /// <summary>What the rules say of an object, or of its change.</summary>
    public IReadOnlyList<FieldError> Faults(JsonObject obj, JsonObject? old) => evaluate?.Invoke(obj, old) ?? [];
}
