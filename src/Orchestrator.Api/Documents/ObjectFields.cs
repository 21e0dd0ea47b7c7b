using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Documents;

/// <summary>The fields that every object has, read and written without a typed model.</summary>
public static class ObjectFields
{
    /// <summary>metadata, made when it is missing.</summary>
    public static JsonObject Metadata(this JsonObject obj)
    {
        if (obj["metadata"] is not JsonObject metadata)
        {
            metadata = [];
            obj["metadata"] = metadata;
        }

        return metadata;
    }

    /// <summary>The text of a field; empty when it is missing or not a string.</summary>
    public static string Text(this JsonObject? obj, string name) =>
        obj?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>The whole number of a field; null when it is missing or not a whole number.</summary>
    public static long? Whole(this JsonObject? obj, string name) => obj?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        ? value.TryGetValue<long>(out var wide) ? wide : value.TryGetValue<int>(out var narrow) ? narrow : null
        : null;

    /// <summary>The strings of a list; empty when it is missing.</summary>
    public static IReadOnlyList<string> Texts(this JsonObject? obj, string name) =>
        obj?[name] is JsonArray list ? [.. list.OfType<JsonValue>().Where(item => item.GetValueKind() == JsonValueKind.String).Select(item => item.GetValue<string>())] : [];

    /// <summary>Sets a field to a copy of another object's, or takes it away when the other does not have it.</summary>
    public static void CopyField(this JsonObject target, string name, JsonObject source)
    {
        if (source.TryGetPropertyValue(name, out var value) && value is not null)
        {
            target[name] = value.DeepClone();
        }
        else
        {
            target.Remove(name);
        }
    }

    /// <summary>A time as metav1.Time writes it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time that metav1.Time wrote; null when the field is missing.</summary>
    public static DateTimeOffset? Time(this JsonObject? obj, string name) =>
        DateTimeOffset.TryParse(obj.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
