using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Protobuf;

/// <summary>Messages whose JSON is no object of their fields: times, quantities, numbers or words, documents in documents.</summary>
internal static class WellKnownMessages
{
    private const long NanosecondsPerTick = 100;
    private const int MaxNestedDepth = 64;

    /// <summary>Reads one of them; false when the message is an ordinary one. A null value stands for "not set".</summary>
    public static bool TryRead(string message, ReadOnlySpan<byte> content, out JsonNode? value)
    {
        value = null;
        switch (message)
        {
            case "~apis.meta.v1.Time":
                value = Time(content, "yyyy-MM-dd'T'HH:mm:ss'Z'");
                return true;
            case "~apis.meta.v1.MicroTime":
                value = Time(content, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
                return true;
            case "~api.resource.Quantity":
                value = JsonValue.Create(Encoding.UTF8.GetString(Bytes(content)) is { Length: > 0 } quantity ? quantity : "0");
                return true;
            case "~util.intstr.IntOrString":
                value = IntOrString(content);
                return true;
            case "~apis.meta.v1.FieldsV1" or "~runtime.RawExtension":
                value = Document(Bytes(content));
                return true;
            case "@authentication.v1.ExtraValue" or "@authorization.v1.ExtraValue" or "@certificates.v1.ExtraValue":
                value = Texts(content);
                return true;
            default:
                return false;
        }
    }

    private static JsonValue? Time(ReadOnlySpan<byte> content, string format)
    {
        // The zero time is an empty message.
        if (content.IsEmpty)
        {
            return null;
        }

        long seconds = 0;
        long nanoseconds = 0;
        var reader = new WireReader(content);
        while (reader.Read(out var number, out _, out var value, out _))
        {
            if (number == 1)
            {
                seconds = (long)value;
            }
            else if (number == 2)
            {
                nanoseconds = (int)value;
            }
        }

        try
        {
            return JsonValue.Create(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / NanosecondsPerTick).ToString(format, CultureInfo.InvariantCulture));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new FormatException("a time is out of range");
        }
    }

    private static JsonValue IntOrString(ReadOnlySpan<byte> content)
    {
        var isText = false;
        var number = 0;
        var text = "";
        var reader = new WireReader(content);
        while (reader.Read(out var field, out _, out var value, out var bytes))
        {
            switch (field)
            {
                case 1:
                    isText = value != 0;
                    break;
                case 2:
                    number = (int)value;
                    break;
                case 3:
                    text = Encoding.UTF8.GetString(bytes);
                    break;
                default:
                    break;
            }
        }

        return isText ? JsonValue.Create(text) : JsonValue.Create(number);
    }

    private static JsonNode? Document(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = MaxNestedDepth });
        }
        catch (JsonException)
        {
            throw new FormatException("a raw field holds no JSON document");
        }
    }

    private static JsonArray Texts(ReadOnlySpan<byte> content)
    {
        var texts = new JsonArray();
        var reader = new WireReader(content);
        while (reader.Read(out _, out _, out _, out var text))
        {
            texts.Add(Encoding.UTF8.GetString(text));
        }

        return texts;
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> bytes = default;
        var reader = new WireReader(content);
        while (reader.Read(out var number, out _, out _, out var value))
        {
            if (number == 1)
            {
                bytes = value;
            }
        }

        return bytes;
    }
}
