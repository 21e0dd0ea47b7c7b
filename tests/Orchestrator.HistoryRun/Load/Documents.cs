using System.Globalization;
using System.Text.Json;
using Orchestrator.HistoryChecker;

namespace Orchestrator.HistoryRun.Load;

/// <summary>The ConfigMaps that the load writes: a unique value and a label.</summary>
internal static class Documents
{
    /// <summary>A ConfigMap to send.</summary>
    public static byte[] Write(string key, string value, string label, long expected) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        apiVersion = "v1",
        kind = "ConfigMap",
        metadata = new
        {
            name = key,
            labels = new { group = label },
            resourceVersion = expected == 0 ? null : expected.ToString(CultureInfo.InvariantCulture),
        },
        data = new { v = value },
    });

    /// <summary>The options of a removal that names the revision to remove.</summary>
    public static byte[] Removal(long expected) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        apiVersion = "v1",
        kind = "DeleteOptions",
        preconditions = new { resourceVersion = expected.ToString(CultureInfo.InvariantCulture) },
    });

    /// <summary>Reads one; what is stored has no resourceVersion.</summary>
    public static Item Read(JsonElement document)
    {
        var metadata = document.GetProperty("metadata");
        return new Item(
            metadata.TryGetProperty("name", out var name) ? name.GetString()! : "",
            Revision(metadata),
            document.TryGetProperty("data", out var data) ? data.GetProperty("v").GetString()! : "",
            metadata.TryGetProperty("labels", out var labels) ? labels.GetProperty("group").GetString()! : "");
    }

    /// <summary>metadata.resourceVersion; 0 when there is none.</summary>
    public static long Revision(JsonElement metadata) =>
        metadata.TryGetProperty("resourceVersion", out var revision) ? long.Parse(revision.GetString()!, CultureInfo.InvariantCulture) : 0;
}
