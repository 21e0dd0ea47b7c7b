using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Cluster;

/// <summary>The ports that a silo listens on.</summary>
internal static class Ports
{
    /// <summary>Makes sure, before anything is begun, that the API's port is free.</summary>
    /// <exception cref="StartupException">It is taken or not ours to take.</exception>
    public static void Require(IPAddress address, int port)
    {
        if (Probe(address, port) is { } error)
        {
            throw new StartupException(error == SocketError.AddressAlreadyInUse
                ? $"port {port} on {address} is already taken by another program: end that program, or choose another port with --api-port"
                : $"port {port} on {address} cannot be opened ({error}): choose another with --api-port");
        }
    }

    /// <summary>The port that one would expect if it is free, else any.</summary>
    public static int PreferOrAny(int preferred)
    {
        if (Probe(IPAddress.Loopback, preferred) is null)
        {
            return preferred;
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static SocketError? Probe(IPAddress address, int port)
    {
        // Orleans and other programs of this user open their ports for sharing: binding to one would succeed, and connections would go to either.
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        if (listeners.Any(open => open.Port == port && (open.Address.Equals(address) || IsAny(open.Address) || IsAny(address))))
        {
            return SocketError.AddressAlreadyInUse;
        }

        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

            // As Kestrel does: a port in TIME_WAIT is free, one that is listened on is not.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
