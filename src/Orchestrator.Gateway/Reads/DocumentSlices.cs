using System.Text.Json;
using Orchestrator.Api.Kinds.DaemonSets;

namespace Orchestrator.Gateway.Reads;

/// <summary>Cuts parts out of UTF-8 documents without building objects.</summary>
internal static class DocumentSlices
{
    /// <summary>The value of a member of the document, as it stands; empty when there is none.</summary>
    public static ReadOnlyMemory<byte> Member(ReadOnlyMemory<byte> document, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (wanted)
            {
                return document[start..(int)reader.BytesConsumed];
            }
        }

        return ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>The document without leading kind and apiVersion, as it stands in a list: the list says both for all. Begins behind the brace.</summary>
    public static ReadOnlyMemory<byte> WithoutTypeMeta(ReadOnlyMemory<byte> document)
    {
        var reader = new Utf8JsonReader(document.Span);
        reader.Read();
        var end = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName
            && (reader.ValueTextEquals("kind"u8) || reader.ValueTextEquals("apiVersion"u8)))
        {
            reader.Read();
            reader.Skip();
            end = (int)reader.BytesConsumed;
            if (end < document.Length && document.Span[end] == (byte)',')
            {
                end++;
            }
        }

        return document[end..];
    }

    /// <summary>A string member of an object slice; empty when there is none.</summary>
    public static string Text(ReadOnlyMemory<byte> slice, ReadOnlySpan<byte> name)
    {
        if (slice.IsEmpty)
        {
            return "";
        }

        var value = Member(slice, name);
        if (value.IsEmpty || value.Span[0] != (byte)'"')
        {
            return "";
        }

        var reader = new Utf8JsonReader(value.Span);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>PartialObjectMetadata of a document.</summary>
    public static byte[] Partial(ReadOnlyMemory<byte> document)
    {
        var metadata = Member(document, "metadata"u8);
        if (PartialDaemonSets.Is(document.Span) && !metadata.IsEmpty)
        {
            metadata = PartialDaemonSets.Metadata(metadata.Span);
        }

        return [.. "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":"u8, .. metadata.IsEmpty ? "{}"u8 : metadata.Span, (byte)'}'];
    }
}
