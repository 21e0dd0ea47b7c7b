using System.Text.Json;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

/// <summary>What the body of an eviction says of the request itself.</summary>
public static class EvictionBody
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = SchemaDecoder.MaxDepth };

    /// <summary>True: the pod is not to be deleted, only to be asked about. kubectl says it here and not in the query.</summary>
    /// <remarks>Upstream: propagateDryRun in pkg/registry/core/pod/storage/eviction.go. A body that cannot be read is refused when the eviction is decided.</remarks>
    /// <param name="body">The Eviction, as JSON.</param>
    public static bool IsDryRun(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var eviction = JsonDocument.Parse(body, Reading);
            return eviction.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("deleteOptions", out var options) && options.ValueKind == JsonValueKind.Object
                && options.TryGetProperty("dryRun", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
