using System.Buffers.Text;
using System.Text.Json;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Documents;

/// <summary>Puts the resourceVersion into a stored document. The store keeps documents without it, because the revision is known only at the commit.</summary>
internal static class ResourceVersionSplice
{
    // Twenty digits hold any revision.
    private const int MaxDigits = 20;

    private static ReadOnlySpan<byte> Before => "\"resourceVersion\":\""u8;

    /// <summary>The document with metadata.resourceVersion: a copy, and nothing parsed beyond the start of metadata.</summary>
    /// <exception cref="JsonException">The document has no metadata object.</exception>
    public static byte[] Insert(ReadOnlySpan<byte> document, Revision revision)
    {
        var at = InsertionPoint(document);
        Span<byte> digits = stackalloc byte[MaxDigits];
        Utf8Formatter.TryFormat(revision.Value, digits, out var length);

        // An empty metadata object needs no comma after its only field.
        var after = NextToken(document[at..]) == (byte)'}' ? "\""u8 : "\","u8;
        var result = GC.AllocateUninitializedArray<byte>(document.Length + Before.Length + length + after.Length);
        var written = Append(result, 0, document[..at]);
        written = Append(result, written, Before);
        written = Append(result, written, digits[..length]);
        written = Append(result, written, after);
        Append(result, written, document[at..]);
        return result;
    }

    private static int InsertionPoint(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = DocumentLimits.Depth });
        return DocumentHeader.MetadataIn(ref reader)
            ? (int)reader.BytesConsumed
            : throw new JsonException("the document has no metadata");
    }

    private static byte NextToken(ReadOnlySpan<byte> text)
    {
        var rest = text.TrimStart(" \t\r\n"u8);
        return rest.IsEmpty ? (byte)0 : rest[0];
    }

    private static int Append(byte[] target, int at, ReadOnlySpan<byte> part)
    {
        part.CopyTo(target.AsSpan(at));
        return at + part.Length;
    }
}
