using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Host.Nodes;

/// <summary>Waits for nodes to become ready.</summary>
internal static class NodeReadiness
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits; false when it took too long.</summary>
    public static async Task<bool> WaitAsync(IWatchCache cache, IReadOnlyCollection<string> nodes, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!nodes.All(node => IsReady(cache, node)))
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
            {
                return false;
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }

        return true;
    }

    private static bool IsReady(IWatchCache cache, string node)
    {
        if (cache.Find(new ObjectKey("", "nodes", "", node)) is not { } found)
        {
            return false;
        }

        using var document = JsonDocument.Parse(found.Stored.Document);
        return document.RootElement.TryGetProperty("status", out var status)
            && status.TryGetProperty("conditions", out var conditions)
            && conditions.EnumerateArray().Any(condition => condition.GetProperty("type").GetString() == "Ready" && condition.GetProperty("status").GetString() == "True");
    }
}
