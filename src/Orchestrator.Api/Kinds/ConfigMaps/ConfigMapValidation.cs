using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.ConfigMaps;

/// <summary>The rules of a ConfigMap: its keys, its size, and that an immutable one stays as it is.</summary>
/// <remarks>Upstream: ValidateConfigMap and ValidateConfigMapUpdate.</remarks>
internal static class ConfigMapValidation
{
    /// <summary>The most bytes that the values of a ConfigMap or Secret may have together; upstream's MaxSecretSize.</summary>
    public const int MaxSize = 1024 * 1024;

    /// <summary>Validates a ConfigMap.</summary>
    public static Faults Validate(JsonObject map)
    {
        var faults = new Faults();
        var size = 0L;
        foreach (var (key, value) in map.Map("data"))
        {
            faults.Invalid($"data[{key}]", key, Formats.ConfigKey(key));
            if (map.Object("binaryData") is { } binary && binary.ContainsKey(key))
            {
                faults.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
            }

            size += Encoding.UTF8.GetByteCount(value);
        }

        foreach (var (key, value) in map.Map("binaryData"))
        {
            faults.Invalid($"binaryData[{key}]", key, Formats.ConfigKey(key));
            size += value.Length / 4 * 3;
        }

        if (size > MaxSize)
        {
            faults.Add(Machinery.FieldError.TooLong("", MaxSize));
        }

        return faults;
    }

    /// <summary>Validates a change.</summary>
    public static Faults ValidateUpdate(JsonObject map, JsonObject old)
    {
        var faults = new Faults();
        ValidateImmutable(map, old, faults, "data", "binaryData");
        faults.AddRange(Validate(map));
        return faults;
    }

    /// <summary>An object that is immutable stays so, and so do the named fields.</summary>
    public static void ValidateImmutable(JsonObject obj, JsonObject old, Faults faults, params string[] fields)
    {
        if (!old.Flag("immutable"))
        {
            return;
        }

        foreach (var field in fields.Prepend("immutable"))
        {
            var same = field == "immutable" ? obj.Flag(field) : JsonReading.Same(NullIfEmpty(obj[field]), NullIfEmpty(old[field]));
            if (!same)
            {
                faults.Forbidden(field, "field is immutable when `immutable` is set");
            }
        }
    }

    private static JsonNode? NullIfEmpty(JsonNode? node) => node is JsonObject { Count: 0 } ? null : node;
}
