using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Grains.Conversion;

/// <summary>Writes what a conversion webhook is asked and reads what it answers.</summary>
/// <remarks>Upstream: apiextensions.k8s.io/v1 ConversionReview; getConvertedObjectsFromResponse in webhook_converter.go.</remarks>
internal static class ConversionReviews
{
    private const string Group = "apiextensions.k8s.io/";

    /// <summary>A name given twice has no meaning here that all would agree on.</summary>
    private static readonly JsonDocumentOptions Unambiguous = new() { AllowDuplicateProperties = false };

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
    public static ConversionOutcome Read(
        byte[] body, string reviewVersion, string uid, IReadOnlyList<ReadOnlyMemory<byte>> documents, string apiVersion, string subject)
    {
        JsonObject? review;
        try
        {
            review = JsonNode.Parse(JsonText.Repair(body), documentOptions: Unambiguous) as JsonObject;
        }
        catch (JsonException fault)
        {
            // A webhook is a stranger: what it sends may be anything.
            return ConversionOutcome.Failed($"conversion webhook for {subject} failed: {fault.Message}");
        }

        if (Fault(review, reviewVersion, uid) is { } wrong)
        {
            return ConversionOutcome.Failed($"conversion webhook for {subject} failed: {wrong}");
        }

        var converted = (review!["response"] as JsonObject)?["convertedObjects"] as JsonArray ?? [];
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
            if (ConvertedObjects.Fault(original, obj, apiVersion, documents.Count == 1 ? null : index) is { } fault)
            {
                return ConversionOutcome.Failed($"conversion webhook for {subject} returned {fault}");
            }

            ConvertedObjects.RestoreMetadata(original, obj!);
            results.Add(CustomDocuments.Encode(obj!));
        }

        return new ConversionOutcome(results, null);
    }

    private static string? Fault(JsonObject? review, string reviewVersion, string uid)
    {
        // Servers of v1beta1 never had to say what they answer, nor to whom.
        var isStrict = reviewVersion == "v1";
        if (isStrict && (Text(review, "apiVersion") != Group + "v1" || Text(review, "kind") != "ConversionReview"))
        {
            return $"expected webhook response of {Group}v1, Kind=ConversionReview, got {Text(review, "apiVersion")}, Kind={Text(review, "kind")}";
        }

        if (review?["response"] is not JsonObject response)
        {
            return "no response provided";
        }

        if (isStrict && Text(response, "uid") != uid)
        {
            return $"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(Text(response, "uid"))}";
        }

        var result = response["result"] as JsonObject;
        return Text(result, "status") == "Success" ? null
            : Text(result, "message") is { Length: > 0 } message ? message
            : $"response.result.status was '{Text(result, "status")}', not 'Success'";
    }

    private static string Text(JsonObject? obj, string name) => obj?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
