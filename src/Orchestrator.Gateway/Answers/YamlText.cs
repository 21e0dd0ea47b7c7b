using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Gateway.Answers;

/// <summary>Writes JSON documents as YAML, keys in order, as sigs.k8s.io/yaml does.</summary>
internal static partial class YamlText
{
    /// <summary>The document in YAML.</summary>
    public static string FromJson(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings().WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Write(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, value.EnumerateObject().Any() ? MappingStyle.Block : MappingStyle.Flow));
                foreach (var property in value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    WriteText(emitter, property.Name);
                    Write(emitter, property.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, value.GetArrayLength() > 0 ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (var item in value.EnumerateArray())
                {
                    Write(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                WriteText(emitter, value.GetString()!);
                break;
            default:
                emitter.Emit(new Scalar(value.GetRawText()));
                break;
        }
    }

    private static void WriteText(Emitter emitter, string text)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : ReadsAsSomethingElse(text) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Any;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, true, true));
    }

    /// <summary>A plain scalar that YAML 1.1 would take for a number, a boolean, null or a time must be quoted.</summary>
    private static bool ReadsAsSomethingElse(string text) => text.Length == 0
        || text is "~" || text.ToLowerInvariant() is "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n"
        || text[0] is '=' or '<' || ((char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.') && NumberOrTime.IsMatch(text));

    // Integers of every base, floats, base 60 and dates, as go-yaml reads them.
    [GeneratedRegex(@"^([-+]?(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0b[01_]+|[0-9][0-9_]*(:[0-5]?[0-9])*|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)|-|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberOrTime { get; }
}
