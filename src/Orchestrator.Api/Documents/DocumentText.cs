using System.Text.Json;

namespace Orchestrator.Api.Documents;

/// <summary>Reads a single field of a stored document without making a tree of it: for what is asked with every write.</summary>
public static class DocumentText
{
    /// <summary>The text of a field of one of the document's parts, as in metadata and name.</summary>
    /// <returns>Empty when the value is not a string; null when there is no such field, or it is null.</returns>
    /// <exception cref="JsonException">The document is no JSON object.</exception>
    public static string? Field(ReadOnlySpan<byte> document, ReadOnlySpan<byte> part, ReadOnlySpan<byte> field)
    {
        var reader = new Utf8JsonReader(document);
        reader.Read();
        return Find(ref reader, part) && reader.TokenType == JsonTokenType.StartObject && Find(ref reader, field) && reader.TokenType != JsonTokenType.Null
            ? reader.TokenType == JsonTokenType.String ? reader.GetString()! : ""
            : null;
    }

    /// <summary>From the beginning of an object to the value of one of its fields; false when it has none of that name.</summary>
    private static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
