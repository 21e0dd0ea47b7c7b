using System.Text.Json;

namespace Orchestrator.Store.Documents;

/// <summary>The values of a document's fields by dotted path, found when asked for.</summary>
internal sealed class DocumentFields
{
    private readonly ReadOnlyMemory<byte> document;

    /// <summary>The last answer: a selector asks every object for the same one or two paths again and again.</summary>
    private Answer? last;

    /// <summary>Reads from a document.</summary>
    public DocumentFields(ReadOnlyMemory<byte> document) => this.document = document;

    /// <summary>The text of a scalar field, as in <c>spec.nodeName</c>; null when it is absent, null or not a scalar.</summary>
    public string? Read(string path)
    {
        var known = last;
        if (known is not null && known.Path == path)
        {
            return known.Value;
        }

        var value = Find(path);
        last = new Answer(path, value);
        return value;
    }

    private string? Find(string path)
    {
        var reader = new Utf8JsonReader(document.Span, new JsonReaderOptions { MaxDepth = DocumentLimits.Depth });
        reader.Read();
        foreach (var range in path.AsSpan().Split('.'))
        {
            if (reader.TokenType != JsonTokenType.StartObject || !Enter(ref reader, path.AsSpan(range)))
            {
                return null;
            }
        }

        return reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
            _ => null,
        };
    }

    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<char> name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return reader.Read();
            }

            reader.Skip();
        }

        return false;
    }

    private sealed record Answer(string Path, string? Value);
}
