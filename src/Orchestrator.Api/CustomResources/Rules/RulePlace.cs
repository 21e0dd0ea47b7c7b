using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>One place of a schema with its rules and the places below that have some. Immutable; any number of writes may be checked at once.</summary>
/// <remarks>Upstream: Validator in apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.</remarks>
internal sealed class RulePlace
{
    private readonly IReadOnlyList<CompiledRule> rules;
    private readonly CelSchema shape;
    private readonly RulePlace? items;
    private readonly RulePlace? values;
    private readonly Dictionary<string, RulePlace> properties = new(StringComparer.Ordinal);

    private RulePlace(StructuralSchema schema, bool isRoot)
    {
        Schema = schema;
        shape = RuleCompiler.ShapeOf(schema, isRoot);
        var compiler = schema.Rules.Count > 0 ? RuleCompiler.For(schema, isRoot) : null;
        rules = compiler is null ? [] : [.. schema.Rules.Select(compiler.Compile)];
        items = Of(schema.Items);
        values = Of(schema.AdditionalProperties);
        foreach (var (name, property) in schema.Properties)
        {
            if (Of(property) is { } place)
            {
                properties[name] = place;
            }
        }
    }

    /// <summary>The schema of the place.</summary>
    public StructuralSchema Schema { get; }

    /// <summary>The place of a schema; null when there is no rule in it.</summary>
    public static RulePlace? Of(StructuralSchema? schema, bool isRoot = false) =>
        schema is not null && HasRules(schema) ? new RulePlace(schema, isRoot) : null;

    /// <summary>True when a schema has rules outside of logical junctors.</summary>
    public static bool HasRules(StructuralSchema schema) =>
        schema.Rules.Count > 0
        || (schema.Items is { } items && HasRules(items))
        || (schema.AdditionalProperties is { } values && HasRules(values))
        || schema.Properties.Values.Any(HasRules);

    /// <summary>Checks a value and what is below it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">Its place in the object; empty for the object itself.</param>
    /// <param name="earlier">What stood there.</param>
    /// <param name="tolerates">True: an ancestor with a counterpart did not change, so that faults of rules which are not about changes are let be.</param>
    /// <param name="run">Faults and budget.</param>
    public void Check(JsonNode? value, string path, Earlier earlier, bool tolerates, RuleRun run)
    {
        if (value is null || run.IsOver)
        {
            return;
        }

        // Where nothing can be told to be the counterpart, the nearest place that has one decides.
        tolerates = run.Ratchets && (earlier.IsKnown ? JsonNode.DeepEquals(earlier.Value, value) : tolerates);
        if (rules.Count > 0)
        {
            RuleEvaluation.Evaluate(rules, Schema, shape, value, path, earlier, tolerates, run);
        }

        switch (value)
        {
            case JsonArray list when items is not null:
                for (var index = 0; index < list.Count; index++)
                {
                    items.Check(list[index], string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), earlier.Item(list[index], Schema), tolerates, run);
                }

                break;
            case JsonObject members:
                CheckMembers(members, path, earlier, tolerates, run);
                break;
        }
    }

    private void CheckMembers(JsonObject members, string path, Earlier earlier, bool tolerates, RuleRun run)
    {
        foreach (var (name, member) in members)
        {
            if (properties.TryGetValue(name, out var property))
            {
                property.Check(member, path.Length == 0 ? name : path + "." + name, earlier.Member(name), tolerates, run);
            }
            else if (values is not null && !Schema.Properties.ContainsKey(name))
            {
                values.Check(member, $"{path}[{name}]", earlier.Member(name), tolerates, run);
            }
        }
    }
}
