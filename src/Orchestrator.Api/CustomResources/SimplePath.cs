using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources;

/// <summary>A path of field names joined by dots, as in <c>.spec.replicas</c>: what scale subresources and selectable fields are described by.</summary>
public sealed record SimplePath
{
    private readonly string[] names;

    private SimplePath(string text)
    {
        Text = text;
        names = text.TrimStart('.').Split('.');
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>The path without the leading dot.</summary>
    public string Bare => string.Join('.', names);

    /// <summary>Reads a path; null of an empty text.</summary>
    public static SimplePath? Parse(string text) => text.Length == 0 ? null : new SimplePath(text);

    /// <summary>The value at the path; null when there is none.</summary>
    /// <param name="root">Where the path begins.</param>
    /// <param name="fault">Why the path could not be followed, in upstream's words; null when it could.</param>
    public JsonNode? Find(JsonNode? root, out string? fault)
    {
        fault = null;
        var found = root;
        for (var depth = 0; depth < names.Length; depth++)
        {
            if (found is not JsonObject members)
            {
                fault = found is null ? null : $"{Dotted(depth)} accessor error: {Shown(found)} is of the type {GoType(found)}, expected map[string]interface {{}}";
                return null;
            }

            found = members[names[depth]];
        }

        return found;
    }

    /// <summary>The whole number at the path.</summary>
    /// <returns>Null when there is nothing; the fault says when there is something else.</returns>
    public long? Whole(JsonNode? root, out string? fault)
    {
        if (Find(root, out fault) is not { } found)
        {
            return null;
        }

        if (found is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var whole))
        {
            return whole;
        }

        fault = $"{Dotted(names.Length)} accessor error: {Shown(found)} is of the type {GoType(found)}, expected int64";
        return null;
    }

    /// <summary>The string at the path.</summary>
    /// <returns>Null when there is nothing; the fault says when there is something else.</returns>
    public string? String(JsonNode? root, out string? fault)
    {
        if (Find(root, out fault) is not { } found)
        {
            return null;
        }

        if (found is JsonValue value && value.TryGetValue<string>(out var text))
        {
            return text;
        }

        fault = $"{Dotted(names.Length)} accessor error: {Shown(found)} is of the type {GoType(found)}, expected string";
        return null;
    }

    /// <summary>Puts a value at the path; objects on the way are made where there are none.</summary>
    public void Put(JsonObject root, JsonNode? value)
    {
        var at = root;
        foreach (var name in names.AsSpan(0, names.Length - 1))
        {
            if (at[name] is not JsonObject inner)
            {
                inner = [];
                at[name] = inner;
            }

            at = inner;
        }

        at[names[^1]] = value;
    }

    private string Dotted(int depth) => "." + string.Join('.', names.Take(depth));

    private static string Shown(JsonNode node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node.ToJsonString();

    private static string GoType(JsonNode node) => node switch
    {
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => node.AsValue().TryGetValue<long>(out _) ? "int64" : "float64",
            _ => "bool",
        },
    };
}
