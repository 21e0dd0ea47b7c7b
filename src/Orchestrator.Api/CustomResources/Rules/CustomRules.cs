using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>The rules in CEL of a version's schema, compiled when the first object is written.</summary>
internal sealed class CustomRules
{
    private readonly Lazy<RulePlace?> root;

    private CustomRules(StructuralSchema schema)
    {
        Any = RulePlace.HasRules(schema);
        root = new Lazy<RulePlace?>(() => RulePlace.Of(schema, isRoot: true));
    }

    /// <summary>True when the schema has rules.</summary>
    public bool Any { get; }

    /// <summary>Finds the rules of a schema.</summary>
    public static CustomRules Of(StructuralSchema schema) => new(schema);

    /// <summary>What the rules say of a new object, or of the change of an old one.</summary>
    public IReadOnlyList<FieldError> Faults(JsonObject obj, JsonObject? old)
    {
        var run = new RuleRun();
        root.Value?.Check(obj, "", old is null ? Earlier.None : Earlier.Of(old), tolerates: false, run);
        return run.Faults;
    }
}
