using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Documents;
using Orchestrator.Grains.Conversion;

namespace Orchestrator.Gateway.Conversion;

/// <summary>Writes what a conversion webhook is asked and checks what it answers: it may change an object, not which object it is.</summary>
/// <remarks>Upstream: apiextensions.k8s.io/v1 ConversionReview; validateConvertedObject and restoreObjectMeta in webhook_converter.go.</remarks>
internal static class ConversionReviews
{
    private const string Group = "apiextensions.k8s.io/";

    /// <summary>True for the versions of ConversionReview that are spoken.</summary>
    public static bool IsKnown(string version) => version is "v1" or "v1beta1";

    /// <summary>The question.</summary>
    public static byte[] Request(string reviewVersion, string uid, string apiVersion, IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ConversionReview");
            json.WriteString("apiVersion", Group + reviewVersion);
            json.WriteStartObject("request");
            json.WriteString("uid", uid);
            json.WriteString("desiredAPIVersion", apiVersion);
            json.WriteStartArray("objects");
            foreach (var document in documents)
            {
                json.WriteRawValue(document.Span, skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The converted objects, with the metadata that a webhook may not change.</summary>
    public static ConversionOutcome Read(byte[] body, string uid, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, string subject)
    {
        JsonObject? response;
        try
        {
            response = (JsonNode.Parse(body) as JsonObject)?["response"] as JsonObject;
        }
        catch (JsonException fault)
        {
            // A webhook is a stranger: what it sends may be anything.
            return ConversionOutcome.Failed($"conversion webhook for {subject} failed: {fault.Message}");
        }

        if (Fault(response, uid) is { } wrong)
        {
            return ConversionOutcome.Failed($"conversion webhook for {subject} failed: {wrong}");
        }

        var converted = response!["convertedObjects"] as JsonArray ?? [];
        if (converted.Count != documents.Count)
        {
            return ConversionOutcome.Failed(string.Create(CultureInfo.InvariantCulture,
                $"conversion webhook for {subject} returned {converted.Count} objects, expected {documents.Count}"));
        }

        var results = new List<ReadOnlyMemory<byte>>(documents.Count);
        for (var index = 0; index < documents.Count; index++)
        {
            var original = DocumentEncoding.Decode(documents[index]);
            var obj = converted[index]?.DeepClone() as JsonObject;
            if (ObjectFault(original, obj, apiVersion) is { Length: > 0 } fault)
            {
                return ConversionOutcome.Failed(string.Create(CultureInfo.InvariantCulture,
                    $"conversion webhook for {subject} returned invalid converted object at index {index}: {fault}"));
            }

            Restore(original, obj!);
            results.Add(CustomDocuments.Encode(obj!));
        }

        return new ConversionOutcome(results, null);
    }

    private static string? Fault(JsonObject? response, string uid)
    {
        if (response is null)
        {
            return "no response provided";
        }

        if (Text(response, "uid") != uid)
        {
            return $"expected response.uid=\"{uid}\", got \"{Text(response, "uid")}\"";
        }

        var result = response["result"] as JsonObject;
        return Text(result, "status") == "Success" ? null
            : Text(result, "message") is { Length: > 0 } message ? message
            : $"response.result.status was '{Text(result, "status")}', not 'Success'";
    }

    private static string ObjectFault(JsonObject original, JsonObject? converted, string apiVersion)
    {
        if (converted is null)
        {
            return "it is no object";
        }

        var (before, after) = (original["metadata"] as JsonObject, converted["metadata"] as JsonObject);
        return Text(converted, "apiVersion") != apiVersion ? $"invalid groupVersion (expected {apiVersion}, received {Text(converted, "apiVersion")})"
            : Text(converted, "kind") != Text(original, "kind") ? $"must have the same kind: {Text(converted, "kind")} != {Text(original, "kind")}"
            : Text(after, "name") != Text(before, "name") ? $"must have the same name: {Text(after, "name")} != {Text(before, "name")}"
            : Text(after, "namespace") != Text(before, "namespace") ? $"must have the same namespace: {Text(after, "namespace")} != {Text(before, "namespace")}"
            : Text(after, "uid") != Text(before, "uid") ? $"must have the same UID: {Text(after, "uid")} != {Text(before, "uid")}"
            : "";
    }

    /// <summary>Of metadata only labels and annotations are the webhook's.</summary>
    private static void Restore(JsonObject original, JsonObject converted)
    {
        var metadata = original["metadata"]?.DeepClone() as JsonObject ?? [];
        foreach (var field in (string[])["labels", "annotations"])
        {
            metadata.Remove(field);
            if (converted["metadata"]?[field] is JsonObject { Count: > 0 } given)
            {
                metadata[field] = given.DeepClone();
            }
        }

        converted["metadata"] = metadata;
    }

    private static string Text(JsonObject? obj, string name) => obj?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
