using System.Text.Json.Nodes;

namespace Orchestrator.Api.Machinery;

/// <summary>Events in their two versions: fields have other names, nothing is lost.</summary>
/// <remarks>Upstream: pkg/apis/core/v1 and pkg/apis/events/v1 conversion.</remarks>
internal static class EventConversion
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("count", "deprecatedCount"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("reportingComponent", "reportingController"),
    ];

    public static void ToCore(JsonObject obj)
    {
        foreach (var (core, events) in Names)
        {
            Rename(obj, events, core);
        }
    }

    public static void FromCore(JsonObject obj)
    {
        foreach (var (core, events) in Names)
        {
            Rename(obj, core, events);
        }

        // The core version always writes these two, this one only when they say something.
        foreach (var field in (string[])["reportingController", "reportingInstance"])
        {
            if (obj[field]?.GetValueKind() == System.Text.Json.JsonValueKind.String && obj[field]!.GetValue<string>().Length == 0)
            {
                obj.Remove(field);
            }
        }
    }

    private static void Rename(JsonObject obj, string from, string to)
    {
        if (obj.TryGetPropertyValue(from, out var value))
        {
            obj.Remove(from);
            obj[to] = value;
        }
    }
}
