using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources;

/// <summary>What a webhook may make of an object that it converts: another content, other labels and annotations, and never another object.</summary>
/// <remarks>Upstream: validateConvertedObject and restoreObjectMeta in apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go.</remarks>
public static class ConvertedObjects
{
    private static readonly string[] Webhooks = ["labels", "annotations"];

    /// <summary>What is wrong with a converted object, in upstream's words; null: nothing is.</summary>
    /// <param name="original">The object that was sent.</param>
    /// <param name="converted">What came back for it; null when that is no object.</param>
    /// <param name="apiVersion">The version that was wanted.</param>
    /// <param name="index">Its place when several were sent together.</param>
    public static string? Fault(JsonObject original, JsonObject? converted, string apiVersion, int? index)
    {
        var each = index is { } place ? string.Create(CultureInfo.InvariantCulture, $"invalid converted object at index {place}: ") : null;
        var first = each ?? "invalid object at index 0: ";
        if (converted is null)
        {
            return first + "it is no object";
        }

        var kind = CustomDefinition.Text(original, "kind");
        if (CustomDefinition.Text(converted, "apiVersion") is var version && version != apiVersion)
        {
            return first + $"invalid groupVersion (expected {apiVersion}, received {version})";
        }

        if (CustomDefinition.Text(converted, "kind") is var given && given != kind)
        {
            return first + $"invalid kind (expected {kind}, received {given})";
        }

        var (before, after) = (original["metadata"] as JsonObject, converted["metadata"] as JsonObject);
        foreach (var (field, name) in new[] { ("name", "name"), ("namespace", "namespace"), ("uid", "UID") })
        {
            if (CustomDefinition.Text(before, field) is var expected && CustomDefinition.Text(after, field) is var got && expected != got)
            {
                return (each ?? "invalid object: ") + $"must have the same {name}: {expected} != {got}";
            }
        }

        var metadata = index is { } at ? string.Create(CultureInfo.InvariantCulture, $"invalid metadata in object at index {at}: ") : "invalid metadata: ";
        return MetadataFault(before, after) is { } fault ? metadata + fault : null;
    }

    /// <summary>Gives a converted object its metadata back; labels and annotations stay as the webhook made them.</summary>
    public static void RestoreMetadata(JsonObject original, JsonObject converted)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(converted);
        var metadata = original["metadata"]?.DeepClone() as JsonObject ?? [];
        foreach (var field in Webhooks)
        {
            metadata.Remove(field);
            if (converted["metadata"]?[field] is JsonObject { Count: > 0 } given)
            {
                metadata[field] = given.DeepClone();
            }
        }

        converted["metadata"] = metadata;
    }

    private static string? MetadataFault(JsonObject? before, JsonObject? after)
    {
        if (after is null)
        {
            return "missing metadata in converted object";
        }

        foreach (var field in Webhooks.Where(field => after[field] is not null))
        {
            if (after[field] is not JsonObject given)
            {
                return $"invalid metadata.{field} of type {GoType(after[field])} in converted object";
            }

            foreach (var (name, value) in given)
            {
                if (value?.GetValueKind() != JsonValueKind.String)
                {
                    return $"metadata.{field}[{name}] must be a string, but is {GoType(value)} in converted object";
                }
            }

            var faults = JsonNode.DeepEquals(given, before?[field]) ? [] : MetadataRules.TextFaults(after, field).Select(fault => fault.ToString()).ToList();
            if (faults.Count > 0)
            {
                return faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]";
            }
        }

        return null;
    }

    private static string GoType(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "<nil>",
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.AsValue().TryGetValue<long>(out _) ? "int64" : "float64",
        _ => "bool",
    };
}
