using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Client;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>Stands for the nodes: reports each pod ready as soon as it may be.</summary>
internal sealed class PodsBecomeReady(OrchestratorClient client, string ns, Func<V1Pod, Task> mayBeReady)
{
    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reported = new HashSet<string>();
        try
        {
            await foreach (var change in client.FollowAsync<V1Pod>(ns, Selection.Everything, cancellationToken))
            {
                if (change.Type != WatchEventType.Deleted && reported.Add(change.Object.Metadata.Uid))
                {
                    await mayBeReady(change.Object).WaitAsync(cancellationToken);
                    await ReportAsync(change.Object, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task ReportAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True", ["lastTransitionTime"] = "2026-01-01T00:00:00Z" }),
            },
        };
        while (true)
        {
            try
            {
                await client.PatchAsync<V1Pod>(
                    ns, pod.Metadata.Name, new V1Patch(status.ToJsonString(), V1Patch.PatchType.MergePatch), "status", cancellationToken);
                return;
            }
            catch (OutcomeUnknownException)
            {
                // The same status twice does no harm.
            }
            catch (NotFoundException)
            {
                return;
            }
        }
    }
}
