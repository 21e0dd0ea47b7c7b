using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Protobuf;

/// <summary>Bodies in Kubernetes' protobuf form (application/vnd.kubernetes.protobuf) as the JSON documents that they stand for.</summary>
/// <remarks>
/// The form: four bytes of magic, then the message runtime.Unknown, which names apiVersion and kind and holds the object.
/// Upstream: apimachinery/pkg/runtime/serializer/protobuf. Typed clients (kubectl create deployment among them) send it.
/// </remarks>
public static class ProtobufToJson
{
    /// <summary>Messages nest at most this deep, as JSON does.</summary>
    private const int MaxDepth = 100;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Converts a body. Fields that are not known are skipped, as protobuf wants it.</summary>
    /// <returns>The document, or what is wrong with the body.</returns>
    public static (byte[]? Json, string? Fault) Convert(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            return (null, "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        try
        {
            return Decode(body[Magic.Length..]);
        }
        catch (FormatException malformed)
        {
            return (null, "proto: " + malformed.Message);
        }
    }

    private static (byte[]? Json, string? Fault) Decode(ReadOnlySpan<byte> envelope)
    {
        var apiVersion = "";
        var kind = "";
        ReadOnlySpan<byte> raw = default;
        var reader = new WireReader(envelope);
        while (reader.Read(out var number, out _, out _, out var content))
        {
            switch (number)
            {
                case 1:
                    (apiVersion, kind) = ReadTypeMeta(content);
                    break;
                case 2:
                    raw = content;
                    break;
                case 3 when !content.IsEmpty:
                    return (null, "the object is in an encoding that is not known: " + Encoding.UTF8.GetString(content));
                default:
                    break;
            }
        }

        if (ProtobufMessages.All.MessageOf(apiVersion, kind) is not { } message)
        {
            return (null, $"no kind \"{kind}\" is registered for the protobuf form of version \"{apiVersion}\": send JSON");
        }

        var document = new JsonObject { ["kind"] = kind, ["apiVersion"] = apiVersion };
        ReadMessage(message, raw, document, 0);
        return (Encoding.UTF8.GetBytes(document.ToJsonString()), null);
    }

    private static (string ApiVersion, string Kind) ReadTypeMeta(ReadOnlySpan<byte> content)
    {
        var (apiVersion, kind) = ("", "");
        var reader = new WireReader(content);
        while (reader.Read(out var number, out _, out _, out var text))
        {
            if (number == 1)
            {
                apiVersion = Encoding.UTF8.GetString(text);
            }
            else if (number == 2)
            {
                kind = Encoding.UTF8.GetString(text);
            }
        }

        return (apiVersion, kind);
    }

    private static void ReadMessage(string message, ReadOnlySpan<byte> bytes, JsonObject into, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException("exceeded max depth");
        }

        var fields = ProtobufMessages.All.FieldsOf(message);
        var reader = new WireReader(bytes);
        while (reader.Read(out var number, out var wire, out var value, out var content))
        {
            if (!fields.TryGetValue(number, out var field))
            {
                continue;
            }

            if (field.IsInline)
            {
                ReadMessage(field.Type, content, into, depth + 1);
            }
            else if (field.Shape == FieldShape.Map)
            {
                AddPair(field, content, into, depth);
            }
            else
            {
                Check(field, wire);
                Add(field, ReadValue(field.Type, value, content, field.Zero == ZeroMeaning.Value || field.Shape == FieldShape.List, depth), into);
            }
        }
    }

    private static void Check(ProtobufField field, WireType wire)
    {
        var expected = field.Type switch { "i" or "l" or "b" => WireType.Varint, "d" => WireType.Fixed64, _ => WireType.Bytes };
        if (wire != expected)
        {
            throw new FormatException($"wrong wireType = {(int)wire} for field {field.Name}");
        }
    }

    private static void Add(ProtobufField field, JsonNode? value, JsonObject into)
    {
        if (value is null)
        {
            return;
        }

        if (field.Shape == FieldShape.Single)
        {
            into[field.Name] = value;
        }
        else if (into[field.Name] is JsonArray list)
        {
            list.Add(value);
        }
        else
        {
            into[field.Name] = new JsonArray(value);
        }
    }

    private static void AddPair(ProtobufField field, ReadOnlySpan<byte> pair, JsonObject into, int depth)
    {
        var key = "";
        ulong value = 0;
        ReadOnlySpan<byte> content = default;
        var reader = new WireReader(pair);
        while (reader.Read(out var number, out _, out var scalar, out var bytes))
        {
            if (number == 1)
            {
                key = Text(bytes);
            }
            else if (number == 2)
            {
                value = scalar;
                content = bytes;
            }
        }

        if (into[field.Name] is not JsonObject map)
        {
            into[field.Name] = map = [];
        }

        map[key] = ReadValue(field.Type, value, content, keepZero: true, depth);
    }

    private static JsonNode? ReadValue(string type, ulong value, ReadOnlySpan<byte> content, bool keepZero, int depth)
    {
        switch (type)
        {
            case "s":
                return content.IsEmpty && !keepZero ? null : JsonValue.Create(Text(content));
            case "y":
                return content.IsEmpty && !keepZero ? null : JsonValue.Create(System.Convert.ToBase64String(content));
            case "b":
                return value == 0 && !keepZero ? null : JsonValue.Create(value != 0);
            case "i":
                return value == 0 && !keepZero ? null : JsonValue.Create((int)value);
            case "l":
                return value == 0 && !keepZero ? null : JsonValue.Create((long)value);
            case "d":
                return value == 0 && !keepZero ? null : JsonValue.Create(BitConverter.UInt64BitsToDouble(value));
            default:
                return WellKnownMessages.TryRead(type, content, out var known) ? known : Nested(type, content, depth);
        }
    }

    private static JsonObject Nested(string type, ReadOnlySpan<byte> content, int depth)
    {
        var nested = new JsonObject();
        ReadMessage(type, content, nested, depth + 1);
        return nested;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("string field contains invalid UTF-8");
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
