using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Json;

/// <summary>A JSON object: a map, an object with declared fields, or of unknown shape when there is no schema.</summary>
/// <remarks>Upstream: unstructuredMap in pkg/cel/common/values.go. A declared field that is null counts as absent.</remarks>
internal sealed class JsonMap(JsonObject json, CelSchema? schema) : CelMap
{
    private bool HasFields => schema is { AdditionalProperties: null } || schema?.Properties is not null;

    internal JsonObject Json => json;

    public override int Count => json.Count;

    public override IEnumerable<CelValue> Keys
    {
        get
        {
            foreach (var (name, value) in json)
            {
                if (!HasFields) yield return CelString.Of(name);
                else if (value is not null && SchemaOf(name) is not null) yield return CelString.Of(FieldNames.Escape(name) ?? name);
            }
        }
    }

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value)
    {
        value = null;
        return key is CelString text && TryGet(text.Value, out value);
    }

    public override bool TryGet(string key, [NotNullWhen(true)] out CelValue? value)
    {
        value = null;
        var name = HasFields ? FieldNames.Unescape(key) : key;
        if (name is null || !json.TryGetPropertyValue(name, out var node)) return false;
        if (schema is null)
        {
            value = JsonCel.ToValue(node);
            return true;
        }

        if ((HasFields && node is null) || SchemaOf(name) is not { } found) return false;
        value = JsonCel.ToValue(node, found);
        return true;
    }

    /// <summary>Fields that no schema declares count too, so that no change of them goes unseen.</summary>
    public override bool EqualTo(CelValue other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is JsonMap map && HasFields)
        {
            if (ReferenceEquals(map.Json, json)) return true;
            if (map.Json.Count != json.Count) return false;
            foreach (var (name, node) in json)
            {
                if (!map.Json.TryGetPropertyValue(name, out var theirs)) return false;
                if (SchemaOf(name) is { } found && node is not null && theirs is not null)
                {
                    if (!JsonCel.ToValue(node, found).EqualTo(JsonCel.ToValue(theirs, map.SchemaOf(name)))) return false;
                }
                else if (!JsonNode.DeepEquals(node, theirs))
                {
                    return false;
                }
            }

            return true;
        }

        return base.EqualTo(other);
    }

    private CelSchema? SchemaOf(string name) => HasFields ? schema!.Properties?.GetValueOrDefault(name) : schema?.AdditionalProperties;
}
