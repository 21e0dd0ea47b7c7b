using System.Net.Sockets;

namespace Orchestrator.Agent.Probes;

/// <summary>Opens a connection: that it opens is enough.</summary>
/// <remarks>Upstream: pkg/probe/tcp.</remarks>
internal static class TcpProbe
{
    /// <summary>The kernel forgets the connection after this time: many probes must not use up the ports.</summary>
    private const int LingerSeconds = 1;

    /// <summary>One attempt.</summary>
    public static async Task<ProbeOutcome> ProbeAsync(string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = ProbeTarget.Joined(host, port);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, LingerSeconds) };
            await socket.ConnectAsync(ProbeTarget.EndPoint(host, port), patience.Token);
            return ProbeOutcome.Passed;
        }
        catch (SocketException e)
        {
            return ProbeOutcome.Failed(DialFailure.Of(address, e));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeOutcome.Failed(DialFailure.TimedOut(address));
        }
    }
}
