using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>What documents say of a field of a built-in kind beyond the facts of its type.</summary>
/// <param name="Description">What it is for; null when nothing is known.</param>
/// <param name="Words">The words that it takes, or its elements; null when any will do.</param>
/// <param name="Default">What stands for it when it is absent; null when nothing does.</param>
/// <param name="IsBuiltIn">False for fields of custom resources, which say all of that themselves.</param>
/// <remarks>Upstream: kube-openapi's generator.</remarks>
internal sealed record FieldNotes(string? Description, IReadOnlyList<string>? Words, JsonNode? Default, bool IsBuiltIn)
{
    /// <summary>What to say of a field.</summary>
    /// <param name="descriptions">The descriptions of fields.</param>
    /// <param name="definition">The name of the definition that it belongs to.</param>
    /// <param name="field">Its name and schema.</param>
    /// <param name="isRequired">Whether the definition requires it.</param>
    public static FieldNotes Of(FieldDescriptions descriptions, string definition, JsonProperty field, bool isRequired)
    {
        var description = descriptions.OfField(definition, field.Name);
        if (!ApiFacts.IsBuiltIn(definition))
        {
            return new FieldNotes(description, null, null, IsBuiltIn: false);
        }

        var words = PublishedValues.WordsOf(definition, field.Name);
        if (words is not null && TakesWords(field.Value))
        {
            var list = "Possible enum values:" + string.Concat(words.Select(static word => $"\n - `\"{word}\"`"));
            description = description is null ? list : description + "\n\n" + list;
        }

        return new FieldNotes(description, words, PublishedValues.DefaultOf(definition, field.Name) ?? (isRequired ? Zero(field.Value) : null), IsBuiltIn: true);
    }

    /// <summary>What to say of the elements of a list or map that is a field or an element itself.</summary>
    /// <param name="element">The schema of the elements.</param>
    /// <remarks>An element is there or it is not: where it is of a scalar type, it has that type's zero value.</remarks>
    public FieldNotes OfElements(JsonElement element) => new(null, Words, IsBuiltIn ? Zero(element) : null, IsBuiltIn);

    /// <summary>Whether the words are those of the schema itself and not of elements below it.</summary>
    public static bool TakesWords(JsonElement schema) => TypeOf(schema) == "string";

    private static JsonNode? Zero(JsonElement schema) => TypeOf(schema) switch
    {
        "string" when !IsBytes(schema) => "",
        "integer" or "number" => 0,
        "boolean" => false,
        _ => null,
    };

    private static bool IsBytes(JsonElement schema) => schema.TryGetProperty("format", out var format) && format.ValueEquals("byte");

    private static string? TypeOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
}
