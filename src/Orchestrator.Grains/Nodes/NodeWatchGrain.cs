using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Nodes;

/// <summary>Makes sure that every node has a grain that would notice its silence, also when the silo with that grain died together with the agent.</summary>
/// <remarks>One grain with one reminder for all nodes; a reminder per node would be a reminder per object.</remarks>
[Alias("orchestrator.node-watch")]
internal interface INodeWatchGrain : IGrainWithStringKey
{
    /// <summary>Makes sure that the reminder is registered.</summary>
    [Alias("ensure")]
    Task EnsureAsync();
}

/// <inheritdoc cref="INodeWatchGrain" />
[GrainType("node-watch")]
internal sealed class NodeWatchGrain(IWatchCache cache) : Grain, INodeWatchGrain, IRemindable
{
    /// <summary>The one key.</summary>
    public const string Key = "nodes";

    private const string ReminderName = "look";

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public async Task EnsureAsync()
    {
        if (await this.GetReminder(ReminderName) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, Period, Period);
        }
    }

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        foreach (var node in cache.List(new GroupResource("", "nodes")))
        {
            if (StatusMerge.Ready(JsonNode.Parse(node.Document.Span)!["status"]) == "True")
            {
                // Asking is enough: it activates the grain, and from then on the grain counts.
                await GrainFactory.GetGrain<INodeGrain>(node.Key.Name).LastHeardAsync();
            }
        }
    }
}
