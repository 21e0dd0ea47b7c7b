using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Identity;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Nodes;

/// <summary>The proxy to one host's agent: hands it what is bound to the node, takes its reports, and notices its silence.</summary>
/// <remarks>Heartbeats stay in memory; only the change between ready and silent is written. After a move the agent is asked to connect again.</remarks>
[GrainType("node")]
internal sealed partial class NodeGrain(
    NodeChanges changes,
    IWatchCache cache,
    ITokenIssuer tokens,
    PodCidrClaims claims,
    EventRecorder events,
    ClusterNetwork network,
    TimeProvider clock,
    ILogger<NodeGrain> logger) : Grain, INodeGrain, IDisposable
{
    /// <summary>Where the newest epoch seen is kept.</summary>
    internal const string EpochAnnotation = "orchestrator.io/agent-epoch";

    /// <summary>How long a node may be silent. Upstream: --node-monitor-grace-period was 40 s for most of its life (50 s since 1.32).</summary>
    internal static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(40);

    /// <summary>How often silence and token ages are looked at. Upstream: --node-monitor-period.</summary>
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Requests for streams on their way to the agent. When they are full, more are refused: its connection does not move.</summary>
    private const int MaxOpeningStreams = 1024;

    private readonly CancellationTokenSource lifetime = new();

    /// <summary>One teller at a time: a connection's full assignment must not mix with the changes that follow it.</summary>
    private readonly SemaphoreSlim telling = new(1, 1);
    private CancellationToken stopping;
    private NodeMailbox mailbox = null!;
    private NodeAssignments assignments = null!;
    private NodeWrites writes = null!;
    private string node = "";
    private long epoch;
    private IAgentLink? link;
    private DateTimeOffset lastHeard;
    private Revision lastLease;
    private JsonObject? lastStatus;
    private bool isSilent;
    private int openingStreams;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        node = this.GetPrimaryKeyString();
        stopping = lifetime.Token;
        mailbox = changes.Open(node);
        assignments = new NodeAssignments(mailbox, cache, tokens, network, clock);
        writes = new NodeWrites(node, GrainFactory, cache, claims, clock);

        // A fresh activation knows nothing of the past: the agent gets a whole grace period to be heard.
        lastHeard = clock.GetUtcNow();
        epoch = StoredEpoch();
        this.RegisterGrainTimer(CheckAsync, new GrainTimerCreationOptions { DueTime = CheckPeriod, Period = CheckPeriod, Interleave = true });
        _ = FollowAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await lifetime.CancelAsync();
        changes.Close(mailbox);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lifetime.Dispose();
        telling.Dispose();
    }

    /// <inheritdoc />
    public async Task<AgentReply> ConnectAsync(long epoch, Immutable<byte[]> hello, IAgentLink link, CancellationToken cancellationToken)
    {
        if (epoch < Math.Max(this.epoch, StoredEpoch()))
        {
            return new AgentReply { Stale = true };
        }

        try
        {
            // The agent stops what it is not told of, so what it is told must be all: first the cache reaches the present.
            await cache.ReachCurrentAsync(cancellationToken);
            var reported = JsonNode.Parse(Hello.Parser.ParseFrom(hello.Value).NodeJson.Span) as JsonObject ?? [];
            var (registered, obstacle) = await writes.RegisterAsync(reported, epoch, cancellationToken);
            if (registered is null || obstacle is not null)
            {
                LogObstacle(node, obstacle ?? "the Node is gone");
                return new AgentReply { Reconnect = true };
            }

            (this.epoch, this.link, lastHeard, isSilent) = (epoch, null, clock.GetUtcNow(), false);
            lastStatus = reported["status"]?.DeepClone() as JsonObject;
            await TellAsync(
                async () =>
                {
                    // Only now: nothing may reach the agent before its full assignment.
                    this.link = link;
                    return [await assignments.FullAsync(registered, cancellationToken), NetworkStates.Full(cache)];
                },
                cancellationToken);
            LogConnected(node, epoch);
            return new AgentReply { Reconnect = this.link is null };
        }
        catch (StoreUnavailableException unavailable)
        {
            LogObstacle(node, unavailable.Message);
            return new AgentReply { Reconnect = true };
        }
    }

    /// <inheritdoc />
    public async Task<AgentReply> ReportAsync(long epoch, Immutable<byte[]> message, CancellationToken cancellationToken)
    {
        if (epoch < this.epoch)
        {
            return new AgentReply { Stale = true };
        }

        if (link is null || epoch > this.epoch)
        {
            return new AgentReply { Reconnect = true };
        }

        lastHeard = clock.GetUtcNow();
        var report = AgentMessage.Parser.ParseFrom(message.Value);
        var obstacle = await TakeAsync(report, cancellationToken);
        if (obstacle is not null)
        {
            // A connection that starts anew brings every status with it: nothing that could not be written is lost.
            LogReportObstacle(node, report.ContentCase.ToString(), obstacle);
            return new AgentReply { Reconnect = true };
        }

        if (isSilent && lastStatus is { } status && await writes.ReportNodeAsync(status, cancellationToken) is null)
        {
            isSilent = false;
        }

        return new AgentReply();
    }

    /// <inheritdoc />
    public Task DisconnectAsync(long epoch)
    {
        if (epoch == this.epoch)
        {
            link = null;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<string?> OpenStreamAsync(Immutable<byte[]> openStream, CancellationToken cancellationToken)
    {
        if (link is null)
        {
            return Task.FromResult<string?>($"the agent of node {node} is not connected");
        }

        if (openingStreams >= MaxOpeningStreams)
        {
            return Task.FromResult<string?>($"the agent of node {node} does not take more streams at the moment");
        }

        // Not waited for: whether the agent got it shows when it dials back, and a connection that hangs must not hold the caller.
        _ = AskAsync(new ServerMessage { OpenStream = OpenStream.Parser.ParseFrom(openStream.Value) });
        return Task.FromResult<string?>(null);
    }

    /// <inheritdoc />
    public Task<DateTimeOffset?> LastHeardAsync() => Task.FromResult<DateTimeOffset?>(link is null ? null : lastHeard);

    private async Task<string?> TakeAsync(AgentMessage report, CancellationToken cancellationToken)
    {
        switch (report.ContentCase)
        {
            case AgentMessage.ContentOneofCase.Heartbeat:
                await SendAsync(new ServerMessage { HeartbeatReply = new HeartbeatReply { Sequence = report.Heartbeat.Sequence } });
                return null;
            case AgentMessage.ContentOneofCase.Pod:
                return await writes.ReportPodAsync(report.Pod, cancellationToken);
            case AgentMessage.ContentOneofCase.PodGone:
                return await writes.LetGoAsync(report.PodGone, cancellationToken);
            case AgentMessage.ContentOneofCase.Node:
                if (JsonNode.Parse(report.Node.StatusJson.Span) is not JsonObject status)
                {
                    return "the status is not a JSON object";
                }

                lastStatus = status;
                return await writes.ReportNodeAsync(status, cancellationToken);
            case AgentMessage.ContentOneofCase.Event:
                Tell(report.Event);
                return null;
            default:
                return null;
        }
    }

    private void Tell(EventReport report)
    {
        if (!writes.IsAboutOurs(report.Kind, report.Namespace, report.Name, report.Uid))
        {
            return;
        }

        events.Record(new Happening
        {
            Component = "kubelet",
            Host = node,
            User = "system:node:" + node,
            About = new ObjectKey("", report.Kind == "Node" ? "nodes" : "pods", report.Namespace, report.Name),
            Kind = report.Kind,
            ApiVersion = report.ApiVersion,
            Uid = report.Uid,
            FieldPath = report.FieldPath,
            Type = report.Type,
            Reason = report.Reason,
            Message = report.Message,
        });
    }

    /// <summary>Brings the agent up to date whenever something changes that concerns it.</summary>
    private async Task FollowAsync()
    {
        // Leaves the activation's turn; runs as long as the activation, in its own turns.
        await Task.Yield();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (changed, isIncomplete) = await mailbox.TakeAsync(stopping);
                if (link is null)
                {
                    continue;
                }

                await TellAsync(() => NewsAsync(changed, isIncomplete), stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // What could not be told is told again as a whole when the agent has connected anew.
                LogFollowFault(node, fault);
                link = null;
            }
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (link is not null)
        {
            await TellAsync(() => assignments.FreshTokensAsync(cancellationToken), cancellationToken);
        }

        ListenForKubelet();
        if (!isSilent && clock.GetUtcNow() - lastHeard > GracePeriod)
        {
            var obstacle = await writes.ReportSilenceAsync(cancellationToken);
            isSilent = obstacle is null;
            LogSilent(node, lastHeard, obstacle ?? "written");
        }
    }

    /// <summary>A stock kubelet is heard through the Lease that it renews.</summary>
    private void ListenForKubelet()
    {
        var lease = cache.Get(new ObjectKey("coordination.k8s.io", "leases", "kube-node-lease", node))?.Revision ?? Revision.None;
        if (lease > lastLease)
        {
            (lastLease, lastHeard, isSilent) = (lease, clock.GetUtcNow(), false);
        }
    }

    private long StoredEpoch()
    {
        var stored = cache.Get(new ObjectKey("", "nodes", "", node));
        var text = stored is null ? null : (string?)JsonNode.Parse(stored.Document.Span)!["metadata"]?["annotations"]?[EpochAnnotation];
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    private async Task<List<ServerMessage>> NewsAsync(HashSet<ObjectKey> changed, bool isIncomplete)
    {
        var messages = isIncomplete ? await assignments.ReviewAsync(stopping) : await assignments.ChangesAsync(changed, stopping);
        if ((isIncomplete ? NetworkStates.Full(cache) : NetworkStates.Changes(changed, cache)) is { } network)
        {
            messages.Add(network);
        }

        return messages;
    }

    private async Task TellAsync(Func<Task<List<ServerMessage>>> make, CancellationToken cancellationToken)
    {
        await telling.WaitAsync(cancellationToken);
        try
        {
            foreach (var message in await make())
            {
                await SendAsync(message);
            }
        }
        finally
        {
            telling.Release();
        }
    }

    private async Task AskAsync(ServerMessage message)
    {
        openingStreams++;
        try
        {
            await SendAsync(message);
        }
        finally
        {
            openingStreams--;
        }
    }

    private async Task SendAsync(ServerMessage message)
    {
        if (link is not { } current)
        {
            return;
        }

        try
        {
            await current.SendAsync(new Immutable<byte[]>(message.ToByteArray()));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The gateway with the connection is gone; the agent's next report, through another one, is asked to connect.
            LogLinkFault(node, fault);
            link = ReferenceEquals(link, current) ? null : link;
        }
    }
}
