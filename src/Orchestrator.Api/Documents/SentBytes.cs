using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Api.Documents;

/// <summary>Values that are kept byte for byte as a client sent them, inside documents that are compact otherwise.</summary>
/// <remarks>Upstream: runtime.RawExtension keeps the bytes of a request through the store, its encoder writes them compactly, and what compares
/// two of them compares bytes. A document that has such bytes begins with a space, which is how readers know that it must be made compact first:
/// what is served has no line breaks, for clients cut watches into lines.</remarks>
public static class SentBytes
{
    private const byte Mark = (byte)' ';

    private static readonly JsonDocumentOptions Unambiguous = new() { AllowDuplicateProperties = false };

    /// <summary>The bytes of a field of the document as they stand; empty when it has none. The last one counts, as for Go's decoder.</summary>
    /// <exception cref="JsonException">The document is no JSON object.</exception>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> document, string field)
    {
        var found = ReadOnlyMemory<byte>.Empty;
        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(field);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (wanted)
            {
                found = document[start..(int)reader.BytesConsumed];
            }
        }

        return found;
    }

    /// <summary>The document with the bytes of a field as they were sent. A field that the document does not have is not put in.</summary>
    /// <param name="document">A compact document.</param>
    /// <param name="field">The field.</param>
    /// <param name="sent">The same value as it was sent. One with a name given twice is not kept: no reader here could tell which is meant.</param>
    public static byte[] Keep(byte[] document, string field, ReadOnlyMemory<byte> sent)
    {
        var written = Of(document, field);
        if (written.IsEmpty || sent.IsEmpty || written.Span.SequenceEqual(sent.Span) || !IsUnambiguous(sent))
        {
            return document;
        }

        document.AsSpan().Overlaps(written.Span, out var start);
        return [Mark, .. document.AsSpan(0, start), .. sent.Span, .. document.AsSpan(start + written.Length)];
    }

    /// <summary>The document as it is served: nearly always the very same bytes.</summary>
    public static ReadOnlyMemory<byte> Compact(ReadOnlyMemory<byte> document) =>
        document.IsEmpty || document.Span[0] != Mark ? document : Written(document.Span, escape: false);

    /// <summary>The value as Go's encoder writes a RawExtension: without whitespace, with the characters escaped that it escapes; names keep their order.</summary>
    public static byte[] Reencoded(ReadOnlySpan<byte> sent) => Written(sent, escape: true);

    private static bool IsUnambiguous(ReadOnlyMemory<byte> sent)
    {
        try
        {
            using var parsed = JsonDocument.Parse(sent, Unambiguous);
            return true;
        }
        catch (JsonException)
        {
            // Expected of what people send.
            return false;
        }
    }

    private static byte[] Written(ReadOnlySpan<byte> json, bool escape)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        var (inText, isEscaped) = (false, false);
        for (var at = 0; at < json.Length; at++)
        {
            var letter = json[at];
            if (!inText && letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            inText = letter == (byte)'"' && !isEscaped ? !inText : inText;
            isEscaped = inText && letter == (byte)'\\' && !isEscaped;
            if (escape && letter is (byte)'<' or (byte)'>' or (byte)'&')
            {
                buffer.Write(Encoding.ASCII.GetBytes($"\\u00{letter:x2}"));
            }
            else if (escape && json[at..] is [0xE2, 0x80, 0xA8 or 0xA9, ..])
            {
                buffer.Write(json[at + 2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8);
                at += 2;
            }
            else
            {
                buffer.Write(json.Slice(at, 1));
            }
        }

        return buffer.WrittenSpan.ToArray();
    }
}
