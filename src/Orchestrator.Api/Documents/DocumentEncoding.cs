using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Documents;

/// <summary>The canonical bytes of an object: kind, apiVersion, metadata, spec, status, the rest; compact, without resourceVersion.</summary>
/// <remarks>The store puts the resourceVersion in after the commit, when the revision is known; metadata comes early so that this is a short search.</remarks>
public static class DocumentEncoding
{
    private static readonly string[] TopOrder = ["kind", "apiVersion", "metadata", "spec", "status"];

    private static readonly string[] MetadataOrder =
    [
        "name", "generateName", "namespace", "uid", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields",
    ];

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A thread's buffer is kept for its next document, unless a large one has made it larger than this.</summary>
    private const int ScratchBound = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? scratch;

    /// <summary>Writes an object in canonical form.</summary>
    public static byte[] Encode(JsonObject obj)
    {
        var (buffer, writer) = scratch ??= Scratch();
        try
        {
            WriteOrdered(writer, obj, TopOrder);
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        finally
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            if (buffer.Capacity > ScratchBound)
            {
                scratch = null;
            }
        }
    }

    /// <summary>Reads a stored document; every call gives a tree of its own.</summary>
    public static JsonObject Decode(ReadOnlyMemory<byte> document) =>
        JsonNode.Parse(document.Span)?.AsObject() ?? throw new JsonException("a stored document is null");

    /// <summary>The document with <c>"resourceVersion":"N"</c> as the first field of its metadata.</summary>
    /// <exception cref="JsonException">The document has no metadata object, or has a resourceVersion already.</exception>
    public static byte[] WithResourceVersion(ReadOnlySpan<byte> document, Revision revision)
    {
        var at = MetadataStart(document, out var isEmpty);
        Span<byte> field = stackalloc byte[48];
        "\"resourceVersion\":\""u8.CopyTo(field);
        var length = 19;
        Utf8Formatter.TryFormat(revision.Value, field[length..], out var digits);
        length += digits;
        field[length++] = (byte)'"';
        if (!isEmpty)
        {
            field[length++] = (byte)',';
        }

        var result = new byte[document.Length + length];
        document[..at].CopyTo(result);
        field[..length].CopyTo(result.AsSpan(at));
        document[at..].CopyTo(result.AsSpan(at + length));
        return result;
    }

    /// <summary>Where the first field of metadata stands: in the canonical form a few dozen bytes in.</summary>
    private static int MetadataStart(ReadOnlySpan<byte> document, out bool isEmpty)
    {
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (found && reader.TokenType == JsonTokenType.StartObject)
            {
                var start = (int)reader.BytesConsumed;
                reader.Read();
                isEmpty = reader.TokenType == JsonTokenType.EndObject;
                return !isEmpty && reader.ValueTextEquals("resourceVersion"u8)
                    ? throw new JsonException("the document has a resourceVersion already")
                    : start;
            }

            reader.Skip();
        }

        throw new JsonException("the document has no metadata");
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Scratch()
    {
        var buffer = new ArrayBufferWriter<byte>(4 * 1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    private static void WriteOrdered(Utf8JsonWriter writer, JsonObject obj, string[] order)
    {
        writer.WriteStartObject();
        foreach (var name in order)
        {
            if (obj.TryGetPropertyValue(name, out var value) && value is not null)
            {
                WriteField(writer, name, value, order);
            }
        }

        foreach (var (name, value) in obj)
        {
            // Of metadata, no field is ever null; of the rest, some of Go's are.
            if (!order.Contains(name) && (value is not null || order == TopOrder) && !(order == MetadataOrder && name == "resourceVersion"))
            {
                WriteField(writer, name, value, order);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter writer, string name, JsonNode? value, string[] order)
    {
        writer.WritePropertyName(name);
        if (order == TopOrder && name == "metadata" && value is JsonObject metadata)
        {
            WriteOrdered(writer, metadata, MetadataOrder);
        }
        else if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
