using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Connection;

/// <summary>The agent's one conversation with the control plane: kept up, and begun anew with growing pauses when it breaks.</summary>
internal sealed partial class GatewayConnection(
    AgentOptions options, GatewayChannels channels, Outbox outbox, IServerMessages messages, TimeProvider clock, ILogger<GatewayConnection> logger)
{
    /// <summary>A node is taken for lost after 40 s of silence: this leaves room for three that get lost.</summary>
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(10);

    /// <summary>A gateway that has not answered a heartbeat for this long is taken for lost, whatever its connection looks like.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private DateTimeOffset _lastHeard;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="InvalidOperationException">The control plane has a newer agent of this node: this one must end.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            var begun = clock.GetUtcNow();
            string reason;
            try
            {
                await ConverseAsync(cancellationToken);
                reason = "the gateway ended the conversation";
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken) when (broken is RpcException or IOException or OperationCanceledException or TimeoutException)
            {
                reason = broken is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : broken.Message;
            }

            // A connection that held is begun anew at once; thousands of agents must not come at the same moment.
            pause = clock.GetUtcNow() - begun > LongestPause ? FirstPause : Min(pause * 2, LongestPause);
            var jittered = pause * (0.5 + Random.Shared.NextDouble());
            LogDisconnected(options.ServerUrl, reason, jittered);
            try
            {
                await Task.Delay(jittered, clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ConverseAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = channels.Client(options.ServerUrl.ToString()).Connect(cancellationToken: ended.Token);
        var hello = await messages.HelloAsync(cancellationToken);
        await call.RequestStream.WriteAsync(new AgentMessage { Epoch = outbox.Epoch, Hello = hello }, ended.Token);
        _lastHeard = clock.GetUtcNow();
        outbox.Restate();
        var isFirst = true;
        var receiving = new ServerInbox(messages, Hear).RunAsync(call.ResponseStream, ended.Token);
        var sending = SendAsync(call.RequestStream, ended.Token);
        var first = await Task.WhenAny(receiving, sending);
        await ended.CancelAsync();
        try
        {
            await Task.WhenAll(receiving, sending);
        }
        catch (Exception) when (first.IsCompletedSuccessfully)
        {
            // The other half fell because this one ended.
        }

        await first;

        void Hear()
        {
            _lastHeard = clock.GetUtcNow();
            if (isFirst)
            {
                isFirst = false;
                LogConnected(options.ServerUrl, outbox.Epoch);
            }
        }
    }

    private async Task SendAsync(IClientStreamWriter<AgentMessage> stream, CancellationToken cancellationToken)
    {
        var nextBeat = clock.GetUtcNow();
        for (var sequence = 1L; ;)
        {
            while (outbox.Next() is { } message)
            {
                await stream.WriteAsync(message, cancellationToken);
            }

            var now = clock.GetUtcNow();
            if (now >= nextBeat)
            {
                if (now - _lastHeard > LongestSilence)
                {
                    throw new TimeoutException($"nothing heard for {LongestSilence.TotalSeconds} s");
                }

                await stream.WriteAsync(new AgentMessage { Epoch = outbox.Epoch, Heartbeat = new Heartbeat { Sequence = sequence++ } }, cancellationToken);
                nextBeat = now + HeartbeatPeriod;
            }

            using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            beat.CancelAfter(nextBeat - now);
            try
            {
                await outbox.WaitAsync(beat.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Time for a heartbeat.
            }
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
