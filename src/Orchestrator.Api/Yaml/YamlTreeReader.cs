using System.Globalization;
using Orchestrator.Api.Machinery;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Api.Yaml;

/// <summary>Builds values from the parser's events. The first fault wins.</summary>
internal sealed class YamlTreeReader
{
    /// <summary>More duplicates than this are not reported.</summary>
    private const int MaxDuplicates = 100;

    private readonly Dictionary<string, YamlValue> anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);
    private readonly List<string> duplicates = [];
    private int depth;

    public string? Fault { get; private set; }

    public IReadOnlyList<string> DuplicateKeys => duplicates;

    /// <summary>The first document; null when there is none.</summary>
    public YamlValue? Read(Parser parser)
    {
        while (parser.MoveNext())
        {
            if (parser.Current is NodeEvent or AnchorAlias)
            {
                return ReadValue(parser);
            }
        }

        return null;
    }

    /// <summary>Reads the value at the parser's event and leaves the parser at the value's last event.</summary>
    private YamlValue? ReadValue(Parser parser)
    {
        if (Fault is not null)
        {
            return null;
        }

        switch (parser.Current)
        {
            case AnchorAlias alias: return Resolve(alias);
            case Scalar scalar: return Remember(scalar, ReadScalar(scalar));
            case SequenceStart start: return ReadNested(start, () => ReadSequence(parser));
            case MappingStart start: return ReadNested(start, () => ReadMapping(parser));
            default: return Fail(Line(parser.Current!) + "unexpected end of the document");
        }
    }

    private YamlValue? ReadNested(NodeEvent start, Func<YamlValue?> read)
    {
        if (++depth > YamlToJson.MaxDepth)
        {
            return Fail("yaml: exceeded max depth of " + YamlToJson.MaxDepth.ToString(CultureInfo.InvariantCulture));
        }

        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
        {
            open.Add(anchor);
        }

        var value = read();
        depth--;
        if (anchor is not null)
        {
            open.Remove(anchor);
        }

        return value is null ? null : Remember(start, value);
    }

    private YamlValue.Sequence? ReadSequence(Parser parser)
    {
        var sequence = new YamlValue.Sequence();
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
        {
            if (ReadValue(parser) is not { } item)
            {
                return null;
            }

            sequence.Items.Add(item);
        }

        return sequence;
    }

    private YamlValue.Mapping? ReadMapping(Parser parser)
    {
        var mapping = new YamlValue.Mapping();
        List<YamlValue>? merged = null;
        while (parser.MoveNext() && parser.Current is not MappingEnd)
        {
            var at = parser.Current!;
            var isMerge = at is Scalar { Value: "<<", Style: ScalarStyle.Plain };
            if (ReadKey(parser) is not { } key || !parser.MoveNext() || ReadValue(parser) is not { } value)
            {
                return null;
            }

            if (isMerge)
            {
                (merged ??= []).Add(value);
                continue;
            }

            if (mapping.Fields.ContainsKey(key) && duplicates.Count < MaxDuplicates)
            {
                duplicates.Add(Line(at)[6..] + "key " + GoText.Quote(key) + " already set in map");
            }

            mapping.Fields[key] = value;
        }

        foreach (var source in merged ?? [])
        {
            Merge(mapping, source);
        }

        return Fault is null ? mapping : null;
    }

    // A merge key adds what the mapping does not have itself; of several sources the first one counts.
    private void Merge(YamlValue.Mapping target, YamlValue source)
    {
        switch (source)
        {
            case YamlValue.Mapping fields:
                foreach (var (key, value) in fields.Fields)
                {
                    target.Fields.TryAdd(key, value);
                }

                break;
            case YamlValue.Sequence list when list.Items.TrueForAll(item => item is YamlValue.Mapping):
                list.Items.ForEach(item => Merge(target, item));
                break;
            default:
                Fail("yaml: map merge requires map or sequence of maps as the value");
                break;
        }
    }

    private string? ReadKey(Parser parser)
    {
        var line = Line(parser.Current!);
        switch (ReadValue(parser))
        {
            case null: return null;
            case YamlValue.Scalar { Value: string text }: return text;
            case YamlValue.Scalar { Value: bool flag }: return flag ? "true" : "false";
            case YamlValue.Scalar { Value: double real }: return real.ToString("R", CultureInfo.InvariantCulture);
            case YamlValue.Scalar { Value: IFormattable number }: return number.ToString(null, CultureInfo.InvariantCulture);
            default:
                Fail(line + "invalid map key");
                return null;
        }
    }

    private YamlValue? ReadScalar(Scalar scalar) =>
        YamlScalars.Resolve(scalar, out var value) is { } fault ? Fail(Line(scalar) + fault) : new YamlValue.Scalar(value, scalar.Value);

    private YamlValue? Remember(NodeEvent node, YamlValue? value)
    {
        if (!node.Anchor.IsEmpty && value is not null)
        {
            anchors[node.Anchor.Value] = value;
        }

        return value;
    }

    private YamlValue? Resolve(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (open.Contains(name))
        {
            return Fail($"yaml: anchor '{name}' value contains itself");
        }

        return anchors.TryGetValue(name, out var value) ? value : Fail($"yaml: unknown anchor '{name}' referenced");
    }

    private YamlValue? Fail(string fault)
    {
        Fault ??= fault;
        return null;
    }

    private static string Line(ParsingEvent at) => string.Create(CultureInfo.InvariantCulture, $"yaml: line {at.Start.Line}: ");
}
