using System.Net.Sockets;

namespace Orchestrator.Agent.Probes;

/// <summary>Says why a connection failed, in the words that users of Kubernetes search for.</summary>
internal static class DialFailure
{
    /// <summary>The words for a connection that failed.</summary>
    public static string Of(string address, SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"dial tcp {address}: connect: connection refused",
        SocketError.HostUnreachable => $"dial tcp {address}: connect: no route to host",
        SocketError.NetworkUnreachable => $"dial tcp {address}: connect: network is unreachable",
        SocketError.TimedOut => $"dial tcp {address}: connect: connection timed out",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"dial tcp: lookup {address[..address.LastIndexOf(':')]}: no such host",
        SocketError.ConnectionReset => $"read tcp {address}: connection reset by peer",
        _ => $"dial tcp {address}: {failure.Message}",
    };

    /// <summary>The words for a connection that took too long.</summary>
    public static string TimedOut(string address) => $"dial tcp {address}: i/o timeout";
}
