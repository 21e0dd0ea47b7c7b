using System.Collections.Frozen;
using System.Globalization;

namespace Orchestrator.Api.Protobuf;

/// <summary>The messages of the built-in kinds: field numbers, JSON names and types, read from the table beside this file when the first body comes.</summary>
internal sealed class ProtobufMessages
{
    private static readonly Lazy<ProtobufMessages> Table = new(() => new ProtobufMessages(ReadLines()));

    private readonly FrozenDictionary<string, FrozenDictionary<int, ProtobufField>> messages;
    private readonly FrozenDictionary<(string ApiVersion, string Kind), string> kinds;

    private ProtobufMessages(IEnumerable<string> lines)
    {
        var fieldsOf = new Dictionary<string, FrozenDictionary<int, ProtobufField>>(StringComparer.Ordinal);
        var messageOf = new Dictionary<(string, string), string>();
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0] == "#")
            {
                continue;
            }

            if (words[0] == "kind")
            {
                messageOf[(words[1], words[2])] = words[3];
            }
            else
            {
                fieldsOf[words[0]] = words.Skip(1).Select(ReadField).ToFrozenDictionary(field => field.Number, field => field.Field);
            }
        }

        messages = fieldsOf.ToFrozenDictionary(StringComparer.Ordinal);
        kinds = messageOf.ToFrozenDictionary();
    }

    /// <summary>The one table.</summary>
    public static ProtobufMessages All => Table.Value;

    /// <summary>The message of a kind; null when its numbers are not known. DeleteOptions stands in every group.</summary>
    public string? MessageOf(string apiVersion, string kind) =>
        kind == "DeleteOptions" ? "~apis.meta.v1.DeleteOptions" : kinds.GetValueOrDefault((apiVersion, kind));

    /// <summary>The fields of a message by their numbers.</summary>
    public FrozenDictionary<int, ProtobufField> FieldsOf(string message) => messages[message];

    private static (int Number, ProtobufField Field) ReadField(string text)
    {
        var parts = text.Split(':');
        var type = parts[2];
        var shape = type[0] switch { '*' => FieldShape.List, '%' => FieldShape.Map, _ => FieldShape.Single };
        var zero = type[^1] is '?' or '!' ? ZeroMeaning.Value : ZeroMeaning.Unset;
        var name = type.TrimStart('*', '%').TrimEnd('?', '!');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), new ProtobufField(parts[1], name, shape, zero, parts[1] == "_"));
    }

    private static IEnumerable<string> ReadLines()
    {
        var assembly = typeof(ProtobufMessages).Assembly;
        var name = assembly.GetManifestResourceNames().Single(resource => resource.EndsWith(".messages-1.32.txt", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
