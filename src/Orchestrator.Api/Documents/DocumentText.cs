using System.Text;
using System.Text.Json;

namespace Orchestrator.Api.Documents;

/// <summary>Reads a single field of a document without making a tree of it: for selectors, and for what is asked with every write.</summary>
public static class DocumentText
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>The scalar at a dotted path, as in <c>status.phase</c>, as text.</summary>
    /// <returns>Null when there is no such field, or it is null, an object or a list.</returns>
    /// <exception cref="JsonException">The document is no JSON.</exception>
    public static string? Field(ReadOnlySpan<byte> document, string path)
    {
        var reader = new Utf8JsonReader(document, Options);
        if (!reader.Read())
        {
            return null;
        }

        var steps = path.AsSpan().TrimStart('.');
        foreach (var range in steps.Split('.'))
        {
            if (!Enter(ref reader, steps[range]))
            {
                return null;
            }
        }

        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
    }

    /// <summary>From an object to the value of one of its fields; false when this is no object, or has none of that name.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<char> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

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
