using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.Core;

namespace Orchestrator.Api.Yaml;

/// <summary>Turns a YAML document into JSON as upstream does before it decodes.</summary>
/// <remarks>Upstream: sigs.k8s.io/yaml over goyaml.v2. Only the first document of a stream is read.</remarks>
public static class YamlToJson
{
    /// <summary>Nesting beyond this is refused.</summary>
    public const int MaxDepth = 100;

    /// <summary>More values than this, aliases written out, are refused: a small text can otherwise stand for gigabytes.</summary>
    public const int MaxValues = 200_000;

    /// <summary>A JSON document larger than this is refused; one long scalar behind many aliases stays within the values' bound.</summary>
    public const int MaxJsonBytes = 12 * 1024 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Converts the document. An empty one is <c>null</c>.</summary>
    public static YamlDocument Convert(ReadOnlySpan<byte> yaml)
    {
        var reader = new YamlTreeReader();
        try
        {
            using var text = new StringReader(Encoding.UTF8.GetString(yaml));
            var root = reader.Read(new Parser(text));
            if (reader.Fault is null && root is not null)
            {
                var writer = new TreeWriter();
                var json = writer.Write(root);
                return json is null ? Refused(writer.Fault!) : new YamlDocument(json, null, reader.DuplicateKeys);
            }

            return reader.Fault is null ? new YamlDocument("null"u8.ToArray(), null, []) : Refused(reader.Fault);
        }
        catch (YamlException fault)
        {
            // How the parser says that the text is not YAML.
            return Refused(string.Create(CultureInfo.InvariantCulture, $"yaml: line {fault.Start.Line}: {Reason(fault)}"));
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // Some texts bring the parser into a state that it does not know itself: found by trying texts of all sorts.
            return Refused("yaml: the text cannot be read");
        }
    }

    private static string Reason(YamlException fault)
    {
        var message = fault.Message;
        var colon = message.StartsWith("(Line", StringComparison.Ordinal) ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        var reason = colon < 0 ? message : message[(colon + 3)..];
        return reason.Length > 1 && char.IsUpper(reason[0]) && char.IsLower(reason[1]) ? char.ToLowerInvariant(reason[0]) + reason[1..].TrimEnd('.') : reason.TrimEnd('.');
    }

    private static YamlDocument Refused(string fault) => new(null, "error converting YAML to JSON: " + fault, []);

    private sealed class TreeWriter
    {
        private readonly ArrayBufferWriter<byte> buffer = new();
        private int values;

        public string? Fault { get; private set; }

        public byte[]? Write(YamlValue root)
        {
            using (var writer = new Utf8JsonWriter(buffer, Options))
            {
                Write(writer, root);
            }

            return Fault is null ? buffer.WrittenSpan.ToArray() : null;
        }

        private void Write(Utf8JsonWriter writer, YamlValue value)
        {
            if (++values > MaxValues || writer.BytesCommitted + writer.BytesPending > MaxJsonBytes)
            {
                Fault ??= "yaml: document contains excessive aliasing";
                return;
            }

            switch (value)
            {
                case YamlValue.Scalar scalar:
                    WriteScalar(writer, scalar);
                    break;
                case YamlValue.Sequence sequence:
                    writer.WriteStartArray();
                    foreach (var item in sequence.Items)
                    {
                        Write(writer, item);
                    }

                    writer.WriteEndArray();
                    break;
                case YamlValue.Mapping mapping:
                    WriteMapping(writer, mapping);
                    break;
            }
        }

        private void WriteMapping(Utf8JsonWriter writer, YamlValue.Mapping mapping)
        {
            writer.WriteStartObject();
            foreach (var (key, item) in mapping.Fields)
            {
                if (Fault is not null)
                {
                    break;
                }

                writer.WritePropertyName(key);
                Write(writer, item);
            }

            writer.WriteEndObject();
        }

        private void WriteScalar(Utf8JsonWriter writer, YamlValue.Scalar scalar)
        {
            switch (scalar.Value)
            {
                case null: writer.WriteNullValue(); break;
                case string text: writer.WriteStringValue(text); break;
                case bool flag: writer.WriteBooleanValue(flag); break;
                case long whole: writer.WriteNumberValue(whole); break;
                case ulong large: writer.WriteNumberValue(large); break;
                case double real when double.IsFinite(real): writer.WriteNumberValue(real); break;
                case double real: Fault ??= "json: unsupported value: " + (double.IsNaN(real) ? "NaN" : real > 0 ? "+Inf" : "-Inf"); break;
                default: throw new InvalidOperationException($"a scalar is not a {scalar.Value.GetType()}");
            }
        }
    }
}
