using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>Lists with a bound: one that is too long is named as such, and nothing in it is looked at.</summary>
/// <remarks>Upstream: validateSlice, validateSet and validateMap of pkg/apis/resource/validation. What is read from a document that the schema let pass.</remarks>
internal static class DeviceLists
{
    /// <summary>Validates each object of a list.</summary>
    public static void Each(IEnumerable<JsonObject> items, int max, string path, Faults faults, Action<JsonObject, string> validate) =>
        Each(items.ToList(), max, path, faults, validate);

    /// <summary>Validates each object of a list whose items differ in their key.</summary>
    public static void EachOnce(
        IEnumerable<JsonObject> items, int max, string path, Faults faults, Action<JsonObject, string> validate, Func<JsonObject, object> keyOf) =>
        EachOnce(items.ToList(), max, path, faults, validate, keyOf);

    /// <summary>Validates each text of a list that holds none twice.</summary>
    public static void EachOnce(IEnumerable<string> items, int max, string path, Faults faults, Action<string, string> validate) =>
        EachOnce(items.ToList(), max, path, faults, validate, item => item);

    /// <summary>Validates each item of a list whose items differ in their key.</summary>
    public static void EachOnce<T>(List<T> items, int max, string path, Faults faults, Action<T, string> validate, Func<T, object> keyOf)
    {
        if (!Each(items, max, path, faults, validate))
        {
            return;
        }

        var seen = new HashSet<object>();
        for (var i = 0; i < items.Count; i++)
        {
            var key = keyOf(items[i]);
            if (!seen.Add(key))
            {
                faults.Duplicate($"{path}[{i}]", key);
            }
        }
    }

    /// <summary>Validates each entry of a map: its key at the map's own path, its value below it.</summary>
    public static void Entries(JsonObject? map, int max, int shownKey, string path, Faults faults, Action<string, string> validateKey, Action<JsonNode?, string> validateValue)
    {
        if (map is null)
        {
            return;
        }

        if (map.Count > max)
        {
            faults.Add(FieldError.TooMany(path, map.Count, max));
            return;
        }

        foreach (var (key, value) in map)
        {
            validateKey(key, path);
            validateValue(value, $"{path}[{Shortened(key, shownKey)}]");
        }
    }

    private static bool Each<T>(List<T> items, int max, string path, Faults faults, Action<T, string> validate)
    {
        if (items.Count > max)
        {
            faults.Add(FieldError.TooMany(path, items.Count, max));
            return false;
        }

        for (var i = 0; i < items.Count; i++)
        {
            validate(items[i], $"{path}[{i}]");
        }

        return true;
    }

    /// <summary>A key that is too long is cut in its middle.</summary>
    private static string Shortened(string key, int max)
    {
        if (key.Length <= max)
        {
            return key;
        }

        const string cut = "...";
        var left = max - cut.Length;
        return string.Concat(key.AsSpan(0, (left + 1) / 2), cut, key.AsSpan(key.Length - (left / 2)));
    }
}
