using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Selectors;

namespace Orchestrator.Api.Tables;

/// <summary>A place in the document of an object that is being printed, with the ways in which cells read it.</summary>
/// <remarks>Paths are field names joined by dots; keys that contain dots (labels, annotations) have readers of their own.</remarks>
internal readonly struct PrintedObject(JsonElement element, DateTimeOffset now)
{
    internal const string None = "<none>";
    internal const string Unset = "<unset>";
    internal const string Unknown = "<unknown>";

    internal JsonElement Element { get; } = element;

    internal string Name => Text("metadata.name");

    internal string Age => Since("metadata.creationTimestamp");

    /// <summary>A scalar as text; empty when it is not there.</summary>
    internal string Text(string path, string whenAbsent = "")
    {
        var text = Find(path) is not { } found ? "" : found.ValueKind switch
        {
            JsonValueKind.String => found.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => found.GetRawText(),
            _ => "",
        };
        return text.Length == 0 ? whenAbsent : text;
    }

    /// <summary>A whole number; zero when it is not there.</summary>
    internal long Number(string path) => Find(path) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt64(out var value) ? value : 0;

    internal bool Flag(string path, bool whenAbsent = false) => Find(path)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => whenAbsent,
    };

    internal bool Has(string path) => Find(path) is { ValueKind: not JsonValueKind.Null };

    /// <summary>How many items or fields are there.</summary>
    internal long Count(string path) => Find(path) switch
    {
        { ValueKind: JsonValueKind.Array } items => items.GetArrayLength(),
        { ValueKind: JsonValueKind.Object } members => members.GetPropertyCount(),
        _ => 0,
    };

    internal IEnumerable<PrintedObject> Items(string path)
    {
        if (Find(path) is not { ValueKind: JsonValueKind.Array } items)
        {
            yield break;
        }

        foreach (var item in items.EnumerateArray())
        {
            yield return new PrintedObject(item, now);
        }
    }

    internal IEnumerable<string> Texts(string path) =>
        Items(path).Select(item => item.Element.ValueKind == JsonValueKind.String ? item.Element.GetString()! : item.Element.GetRawText());

    internal IEnumerable<(string Key, string Value)> Entries(string path)
    {
        if (Find(path) is not { ValueKind: JsonValueKind.Object } members)
        {
            yield break;
        }

        foreach (var member in members.EnumerateObject())
        {
            yield return (member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText());
        }
    }

    internal string Annotation(string key) => Entries("metadata.annotations").FirstOrDefault(entry => entry.Key == key).Value ?? "";

    /// <summary>How long ago a time was.</summary>
    internal string Since(string path) => Time(path) is { } time ? HumanDuration.Format(now - time) : Unknown;

    internal string Since(DateTimeOffset time) => HumanDuration.Format(now - time);

    internal DateTimeOffset? Time(string path) =>
        DateTimeOffset.TryParse(Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The status of a condition; empty when there is no such condition.</summary>
    internal string Condition(string type, string path = "status.conditions") =>
        Items(path).Where(condition => condition.Text("type") == type).Select(condition => condition.Text("status")).FirstOrDefault("");

    /// <summary>Labels in the order of their keys, as in <c>a=b,c=d</c>.</summary>
    internal string Labels(string path)
    {
        var labels = Entries(path).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Key + "=" + entry.Value).ToList();
        return labels.Count == 0 ? None : string.Join(',', labels);
    }

    /// <summary>A label selector in the query syntax.</summary>
    internal string Selector(string path)
    {
        if (Find(path) is not { ValueKind: JsonValueKind.Object } json)
        {
            return None;
        }

        if (LabelSelector.FromJson(JsonObject.Create(json), out var selector) is not null)
        {
            return "<error>";
        }

        return selector.ToString() is { Length: > 0 } text ? text : None;
    }

    internal string Containers(string podSpec) => string.Join(',', Items(podSpec + ".containers").Select(container => container.Text("name")));

    internal string Images(string podSpec) => string.Join(',', Items(podSpec + ".containers").Select(container => container.Text("image")));

    /// <summary>The first few of a list and how many more there are.</summary>
    internal static string FirstOf(IEnumerable<string> items, int max, string separator, string whenEmpty)
    {
        var all = items.ToList();
        var text = string.Join(separator, all.Take(max));
        return all.Count > max
            ? string.Create(CultureInfo.InvariantCulture, $"{text} + {all.Count - max} more...")
            : text.Length == 0 ? whenEmpty : text;
    }

    private JsonElement? Find(string path)
    {
        var found = Element;
        foreach (var range in path.AsSpan().Split('.'))
        {
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(path.AsSpan()[range], out found))
            {
                return null;
            }
        }

        return found;
    }
}
