using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>The annotation in which kubectl notes what it applied on the client's side: it lets objects pass from there to server-side apply, and back.</summary>
/// <remarks>Upstream: lastappliedmanager.go and lastappliedupdater.go of apimachinery/pkg/util/managedfields. Both hold for the manager <c>kubectl</c> alone;
/// whoever wants neither names another manager.</remarks>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";
    private const string Manager = "kubectl";

    private static readonly JsonDocumentOptions Strictly = new() { AllowDuplicateProperties = false, MaxDepth = SchemaDecoder.MaxDepth };

    /// <summary>What kubectl may change without a conflict: the fields that it applied itself on the client's side, and that still are as it applied them.</summary>
    /// <param name="live">The object as it stands, in the version of the request.</param>
    /// <param name="schema">The kind's schema.</param>
    /// <param name="writer">Who applies.</param>
    public static FieldSet Own(JsonObject live, SchemaNode? schema, FieldWriter writer)
    {
        if (writer.Manager != Manager || Read(live, out _) is not { } note || Parse(note) is not { } configuration
            || (string?)(configuration["apiVersion"] as JsonValue) != writer.ApiVersion)
        {
            return new FieldSet();
        }

        var comparison = FieldComparison.Of(configuration, live, schema);
        var unlike = FieldSet.Union(comparison.Modified, FieldSet.Union(comparison.Added, comparison.Removed));
        return FieldSet.Difference(FieldComparison.Claims(configuration, schema), unlike);
    }

    /// <summary>Keeps the note in step with what kubectl applies on the server's side, so that an older kubectl can go on from it.</summary>
    /// <param name="merged">The object as it will be; changed.</param>
    /// <param name="applied">The configuration.</param>
    /// <param name="writer">Who applies.</param>
    public static void Follow(JsonObject merged, JsonObject applied, FieldWriter writer)
    {
        if (writer.Manager != Manager || Read(merged, out var annotations) is null)
        {
            return;
        }

        var configuration = (JsonObject)applied.DeepClone();
        (configuration["metadata"]?["annotations"] as JsonObject)?.Remove(Annotation);
        annotations![Annotation] = GoText.SortedJson(configuration) + "\n";
        if (annotations.Sum(entry => Bytes(entry.Key) + Bytes((string?)(entry.Value as JsonValue) ?? "")) > MetadataRules.AnnotationBytesBound)
        {
            annotations.Remove(Annotation);
        }
    }

    private static string? Read(JsonObject obj, out JsonObject? annotations)
    {
        annotations = obj["metadata"]?["annotations"] as JsonObject;
        return annotations?[Annotation] is JsonValue value && value.TryGetValue(out string? note) && note.Length > 0 ? note : null;
    }

    /// <summary>Users can write anything there; what cannot be read says nothing.</summary>
    private static JsonObject? Parse(string note)
    {
        try
        {
            return JsonNode.Parse(note, documentOptions: Strictly) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
}
