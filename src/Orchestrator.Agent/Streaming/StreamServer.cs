using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Streaming;

/// <summary>Serves what the gateway asks streams for: dials back to the silo that waits, and relays logs, processes' streams and connections into pods.</summary>
internal sealed partial class StreamServer(
    ICriRuntime runtime, IPodLookup pods, Func<string, AgentGateway.AgentGatewayClient> dial, ILogger logger, TimeProvider? clock = null) : IAsyncDisposable
{
    /// <summary>Streams at once. When they are taken a request is dropped, and the gateway tells its client that the node did not answer.</summary>
    internal const int MaxStreams = 1024;

    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly CancellationTokenSource stopping = new();
    private int open;

    /// <summary>Begins to serve a stream and returns.</summary>
    public void Open(OpenStream wanted)
    {
        if (Interlocked.Increment(ref open) > MaxStreams)
        {
            Interlocked.Decrement(ref open);
            LogDropped(wanted.Namespace, wanted.Pod);
            return;
        }

        _ = Task.Run(() => ServeAsync(wanted));
    }

    /// <summary>Streams that are served at the moment.</summary>
    public int Count => Volatile.Read(ref open);

    /// <summary>Breaks off all streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        stopping.Dispose();
    }

    private async Task ServeAsync(OpenStream wanted)
    {
        try
        {
            var cancellationToken = stopping.Token;
            using var link = new GatewayLink(dial(wanted.GatewayUrl).Stream(cancellationToken: cancellationToken), wanted.StreamId);
            await link.IntroduceAsync(cancellationToken);
            try
            {
                await ServeAsync(wanted, link, cancellationToken);
            }
            catch (Exception fault) when (fault is CriException or IOException or UnauthorizedAccessException)
            {
                LogFailed(wanted.Namespace, wanted.Pod, wanted.Container, fault.Message);
                await link.FailAsync(StreamStatuses.RuntimeFailed(fault.Message), cancellationToken);
            }

            await link.CompleteAsync(cancellationToken);
        }
        catch (Exception gone) when (gone is RpcException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The gateway or its client has gone, or the agent stops: nobody is left to tell.
            LogEnded(wanted.Namespace, wanted.Pod, gone.Message);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    private async Task ServeAsync(OpenStream wanted, GatewayLink link, CancellationToken cancellationToken)
    {
        if (pods.Find(wanted.PodUid) is not { } pod)
        {
            await link.FailAsync(StreamStatuses.NoSuchPod(), cancellationToken);
            return;
        }

        var container = pod.Containers.GetValueOrDefault(wanted.Container);
        switch (wanted.KindCase)
        {
            case OpenStream.KindOneofCase.Logs:
                await LogsAsync(wanted, container, link, cancellationToken);
                break;
            case OpenStream.KindOneofCase.PortForward:
                var forwardUrl = await runtime.PortForwardUrlAsync(
                    new PortForwardRequest { PodSandboxId = pod.SandboxId, Port = { wanted.PortForward.Port } }, cancellationToken);
                await PortRelay.RunAsync(
                    await RuntimeConnection.OpenAsync(forwardUrl, PortRelay.Protocol, cancellationToken), link, wanted.PortForward.Port, cancellationToken);
                break;
            case OpenStream.KindOneofCase.Exec or OpenStream.KindOneofCase.Attach:
                await (container is { Running: true, ContainerId: { } id }
                    ? CommandAsync(wanted, id, container, link, cancellationToken)
                    : link.FailAsync(StreamStatuses.NoSuchContainer(wanted.Container), cancellationToken));
                break;
            default:
                await link.FailAsync(StreamStatuses.RuntimeFailed("this agent does not know the kind of stream"), cancellationToken);
                break;
        }
    }

    private async Task CommandAsync(OpenStream wanted, string containerId, PodContainer container, GatewayLink link, CancellationToken cancellationToken)
    {
        string url;
        WantedStreams streams;
        if (wanted.Exec is { } exec)
        {
            streams = new WantedStreams(exec.Stdin, exec.Stdout, exec.Stderr && !exec.Tty, exec.Tty);
            var request = new ExecRequest { ContainerId = containerId, Tty = exec.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr };
            request.Cmd.AddRange(exec.Command);
            url = await runtime.ExecUrlAsync(request, cancellationToken);
        }
        else
        {
            // Whether there is a terminal was settled when the container was made.
            var attach = wanted.Attach;
            streams = new WantedStreams(attach.Stdin && container.Stdin, attach.Stdout, attach.Stderr && !container.Tty, container.Tty);
            url = await runtime.AttachUrlAsync(
                new AttachRequest { ContainerId = containerId, Tty = streams.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr }, cancellationToken);
        }

        var session = await RuntimeConnection.OpenAsync(url, RemoteCommand.Protocol, cancellationToken);
        await new RemoteCommand(session, link, streams).RunAsync(cancellationToken);
    }

    private async Task LogsAsync(OpenStream wanted, PodContainer? container, GatewayLink link, CancellationToken cancellationToken)
    {
        var logs = wanted.Logs;
        var path = logs.Previous ? container?.PreviousLogPath : container?.LogPath;
        if (path is null)
        {
            await link.FailAsync(
                logs.Previous ? StreamStatuses.NoPreviousRun(wanted.Container, wanted.Pod) : StreamStatuses.NoLog(wanted.Container, wanted.Pod), cancellationToken);
            return;
        }

        await link.OpenedAsync(cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = logs.Previous ? null : container!.ContainerId;
        var reader = new LogReader(
            path, LogSelection.From(logs, clock.GetUtcNow()), () => IsRunning(wanted, run), (bytes, token) => link.SendOutputAsync(bytes, isError: false, token));
        var reading = reader.RunAsync(ended.Token);

        // The gateway says nothing during a log: when its side ends, the client has gone.
        var listening = link.ReadAsync(ended.Token);
        try
        {
            await await Task.WhenAny(reading, listening);
            if (reading.IsCompleted)
            {
                await link.EndAsync(StreamStatuses.Success, cancellationToken);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(reading, listening).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private bool IsRunning(OpenStream wanted, string? run) =>
        run is not null && pods.Find(wanted.PodUid)?.Containers.GetValueOrDefault(wanted.Container) is { Running: true } now && now.ContainerId == run;
}
