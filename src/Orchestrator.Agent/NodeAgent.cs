using System.ComponentModel;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Connection;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Logs;
using Orchestrator.Agent.Network;
using Orchestrator.Agent.Node;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Streaming;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent;

/// <summary>One node's agent: runs the pods that are bound to the node and says how they are.</summary>
public sealed partial class NodeAgent
{
    private static readonly TimeSpan NetworkRetry = TimeSpan.FromSeconds(2);

    private readonly AgentOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;

    /// <summary>Makes an agent; nothing happens before it runs.</summary>
    public NodeAgent(AgentOptions options, ILoggerFactory loggers)
        : this(options, loggers, TimeProvider.System)
    {
    }

    internal NodeAgent(AgentOptions options, ILoggerFactory loggers, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        (_options, _loggers, _clock, _logger) = (options, loggers, clock, loggers.CreateLogger<NodeAgent>());
    }

    /// <summary>Runs until cancelled. Containers keep running when the agent ends; the next one takes them over.</summary>
    /// <exception cref="InvalidOperationException">A newer agent of this node has connected.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(_options.StateDirectory, OwnerOnly);
        var outbox = new Outbox(AgentEpoch.Next(_options.StateDirectory, _clock));
        LogStarts(_options.NodeName, outbox.Epoch);
        using var channels = new GatewayChannels(_options);
        using var cri = _options.Simulated ? null : new CriRuntime(_options.RuntimeSocket, _options.StateDirectory);
        var simulated = _options.Simulated ? new SimulatedRuntime(_clock) : null;
        ICriRuntime runtime = cri is not null ? cri : simulated!;
        await using var network = _options.Simulated ? null : new NodeNetwork(NetworkOptions(), _loggers.CreateLogger<NodeNetwork>());
        using var puller = new ImagePuller(runtime);
        var facts = HostReader.Facts(_options);
        var context = new NodeContext
        {
            Options = _options,
            Facts = facts,
            Runtime = runtime,
            Images = puller,
            Outbox = outbox,
            Clock = _clock,
            Loggers = _loggers,
        };
        await using var pods = new AssignedPods(context);
        await using var streams = new StreamServer(runtime, pods, channels.Client, _loggers.CreateLogger<StreamServer>());
        var checkpoint = new Checkpoint(Path.Combine(_options.StateDirectory, "assignment"));
        var reporter = new NodeReporter(_options, facts, runtime, outbox, _clock);
        var messages = new ServerMessages(this, context, pods, streams, checkpoint, reporter, network is not null ? network : new NoNetwork(), simulated);
        await messages.RestoreAsync(cancellationToken);
        await RunAllAsync(
            cancellationToken,
            new GatewayConnection(_options, channels, outbox, messages, _clock, _loggers.CreateLogger<GatewayConnection>()).RunAsync,
            checkpoint.RunAsync,
            reporter.RunAsync,
            new RuntimeWatch(runtime, pods, _clock).RunAsync,
            new LogRotation(runtime, pods.RunningLogs, _clock).RunAsync,
            _options.Simulated || _options.ImageArchiveDirectory.Length == 0 ? null : new ImageArchives(_options, _loggers.CreateLogger<ImageArchives>()).RunAsync);
    }

    /// <summary>Runs loops side by side; when one fails the others end, and the failure is the caller's.</summary>
    private static async Task RunAllAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>?[] loops)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = loops.OfType<Func<CancellationToken, Task>>().Select(loop => Task.Run(() => loop(stop.Token), CancellationToken.None)).ToList();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        foreach (var task in running.Prepend(first))
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Ended as told.
            }
        }
    }

    private NodeNetworkOptions NetworkOptions() => new()
    {
        Bridge = _options.NetworkName,
        CniDirectory = _options.CniDirectory,
        ServerUrl = _options.ServerUrl,
        ClusterCidr = _options.ClusterCidr,
        ServiceCidr = _options.ServiceCidr,
    };

    /// <summary>Hands what the control plane says to the parts of the agent.</summary>
    private sealed class ServerMessages(
        NodeAgent agent, NodeContext context, AssignedPods pods, StreamServer streams, Checkpoint checkpoint, NodeReporter reporter, INodeNetwork network, SimulatedRuntime? simulated)
        : IServerMessages
    {
        /// <summary>Goes on from what was said last, before anybody says it anew.</summary>
        public async Task RestoreAsync(CancellationToken cancellationToken)
        {
            if (checkpoint.Load() is not var (node, updates))
            {
                return;
            }

            Learn(node);
            if (updates.Count > 0)
            {
                agent.LogRestored(updates.Count);
            }

            if (checkpoint.LoadNetwork() is { } state)
            {
                await network.ApplyAsync(state, cancellationToken);
            }

            if (node.PodCidr.Length > 0)
            {
                await PrepareAsync(node, cancellationToken);
            }

            pods.Restore(updates);
        }

        public async Task TakeAsync(Assignment assignment, CancellationToken cancellationToken)
        {
            checkpoint.Save(assignment);
            Learn(assignment);
            await PrepareAsync(assignment, cancellationToken);

            // Also when that failed: pods in the host's network need none, and the others say why they wait.
            pods.Replace(assignment.Pods);
        }

        public Task TakeAsync(PodUpdate update, CancellationToken cancellationToken)
        {
            checkpoint.Save(update);
            pods.Update(update);
            return Task.CompletedTask;
        }

        public async Task TakeAsync(NetworkState state, CancellationToken cancellationToken)
        {
            await network.ApplyAsync(state, cancellationToken);
            if (network.Snapshot() is { } known)
            {
                checkpoint.Save(known);
            }
        }

        public void Take(OpenStream stream) => streams.Open(stream);

        public Task<Hello> HelloAsync(CancellationToken cancellationToken) => reporter.HelloAsync(cancellationToken);

        private void Learn(Assignment node)
        {
            (context.ClusterDns, context.ClusterDomain) = (node.ClusterDns, node.ClusterDomain);
            simulated?.UseRange(node.PodCidr);
        }

        /// <summary>Pods can have no address before this has worked once.</summary>
        private async Task PrepareAsync(Assignment node, CancellationToken cancellationToken)
        {
            try
            {
                await network.PrepareAsync(node.PodCidr, node.ClusterDns, node.ClusterDomain, cancellationToken);
                reporter.Wake();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SocketException or Win32Exception)
            {
                agent.LogNetworkFault(fault.Message);
                _ = RetryAsync(node, cancellationToken);
            }
        }

        private async Task RetryAsync(Assignment node, CancellationToken cancellationToken)
        {
            try
            {
                await Task.Delay(NetworkRetry, agent._clock, cancellationToken);
                await PrepareAsync(node, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // This connection is over; the next one brings an assignment of its own.
            }
        }
    }
}
