using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.Gateway.Discovery;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>OpenAPI 2 in gnostic's protobuf form, which kubectl asks for when it validates or explains: definitions without paths.</summary>
/// <remarks>Upstream: google/gnostic-models openapiv2/OpenAPIv2.proto; the numbers are that file's. Clients read only the definitions.</remarks>
internal static class SwaggerProtobuf
{
    private const int DocumentSwagger = 1;
    private const int DocumentInfo = 2;
    private const int DocumentDefinitions = 9;
    private const int InfoTitle = 1;
    private const int InfoVersion = 2;
    private const int Name = 1;
    private const int Value = 2;
    private const int SchemaReference = 1;
    private const int SchemaFormat = 2;
    private const int SchemaDescription = 4;
    private const int SchemaRequired = 19;
    private const int SchemaEnum = 20;
    private const int SchemaAdditionalProperties = 21;
    private const int SchemaType = 22;
    private const int SchemaItems = 23;
    private const int SchemaProperties = 25;
    private const int SchemaExtension = 31;
    private const int AnyYaml = 2;
    private const int Only = 1;

    /// <summary>Writes the document.</summary>
    public static byte[] Write(ApiFacts facts)
    {
        var info = new Message().Text(InfoTitle, "Kubernetes").Text(InfoVersion, ServerVersion.GitVersion);
        var definitions = new Message();
        foreach (var (name, schema) in facts.Definitions.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            definitions.Nested(Only, Named(name, Definition(name, schema)));
        }

        return new Message().Text(DocumentSwagger, "2.0").Nested(DocumentInfo, info).Nested(DocumentDefinitions, definitions).ToArray();
    }

    private static Message Named(string name, Message value) => new Message().Text(Name, name).Nested(Value, value);

    private static Message Definition(string name, JsonElement definition)
    {
        var message = Described(definition, FieldDescriptions.Shipped.OfDefinition(name));
        foreach (var member in definition.EnumerateObject())
        {
            if (member.NameEquals("properties"))
            {
                // Version 2 has no defaults, and so what is required makes no difference here.
                message.Nested(SchemaProperties, Properties(member.Value, field => FieldNotes.Of(FieldDescriptions.Shipped, name, field, isRequired: false)));
            }
            else
            {
                Write(message, member, notes: null);
            }
        }

        return message;
    }

    private static Message Properties(JsonElement properties, Func<JsonProperty, FieldNotes?> notes)
    {
        var message = new Message();
        foreach (var property in properties.EnumerateObject())
        {
            message.Nested(Only, Named(property.Name, Schema(property.Value, notes(property))));
        }

        return message;
    }

    private static Message Described(JsonElement schema, string? description) => description is null || schema.TryGetProperty("description", out _)
        ? new Message()
        : new Message().Text(SchemaDescription, description);

    private static Message Schema(JsonElement schema, FieldNotes? notes)
    {
        var message = Described(schema, notes?.Description);
        foreach (var member in schema.EnumerateObject())
        {
            Write(message, member, notes);
        }

        if (notes?.Words is { } words && FieldNotes.TakesWords(schema))
        {
            foreach (var word in words)
            {
                message.Nested(SchemaEnum, Yaml(JsonSerializer.Serialize(word)));
            }
        }

        return message;
    }

    private static void Write(Message message, JsonProperty member, FieldNotes? notes)
    {
        switch (member.Name)
        {
            case "$ref":
                message.Text(SchemaReference, member.Value.GetString()!);
                break;
            case "format":
                message.Text(SchemaFormat, member.Value.GetString()!);
                break;
            case "description":
                message.Text(SchemaDescription, member.Value.GetString()!);
                break;
            case "required":
                foreach (var name in member.Value.EnumerateArray())
                {
                    message.Text(SchemaRequired, name.GetString()!);
                }

                break;
            case "additionalProperties" when member.Value.ValueKind == JsonValueKind.Object:
                message.Nested(SchemaAdditionalProperties, new Message().Nested(Only, Schema(member.Value, notes?.OfElements(member.Value))));
                break;
            case "enum":
                foreach (var value in member.Value.EnumerateArray())
                {
                    message.Nested(SchemaEnum, Yaml(value.GetRawText()));
                }

                break;
            case "type":
                message.Nested(SchemaType, new Message().Text(Only, member.Value.GetString()!));
                break;
            case "items":
                message.Nested(SchemaItems, new Message().Nested(Only, Schema(member.Value, notes?.OfElements(member.Value))));
                break;
            case "properties":
                message.Nested(SchemaProperties, Properties(member.Value, static _ => null));
                break;
            case var extension when extension.StartsWith("x-", StringComparison.Ordinal):
                message.Nested(SchemaExtension, Named(extension, Yaml(member.Value.GetRawText())));
                break;
        }
    }

    /// <summary>A value of any type: JSON is YAML.</summary>
    private static Message Yaml(string json) => new Message().Text(AnyYaml, json + "\n");

    /// <summary>A message under construction: fields of bytes only, which is all that is needed here.</summary>
    private sealed class Message
    {
        private const int LengthDelimited = 2;
        private readonly ArrayBufferWriter<byte> bytes = new();

        public Message Text(int field, string value) => Append(field, Encoding.UTF8.GetBytes(value));

        public Message Nested(int field, Message value) => Append(field, value.bytes.WrittenSpan);

        public byte[] ToArray() => bytes.WrittenSpan.ToArray();

        private Message Append(int field, ReadOnlySpan<byte> value)
        {
            Number((uint)((field << 3) | LengthDelimited));
            Number((uint)value.Length);
            bytes.Write(value);
            return this;
        }

        private void Number(uint value)
        {
            for (; value > 0x7f; value >>= 7)
            {
                bytes.Write([(byte)(value | 0x80)]);
            }

            bytes.Write([(byte)value]);
        }
    }
}
