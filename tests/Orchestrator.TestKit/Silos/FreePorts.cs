using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.TestKit.Silos;

/// <summary>Ports on loopback that nobody used a moment ago.</summary>
/// <remarks>
/// Not from the range out of which the kernel serves outgoing connections: a silo that is started again needs its port free, and a client's connection may have got it
/// meanwhile.
/// </remarks>
public static class FreePorts
{
    private const string OutgoingRange = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int Lowest = 15_000;
    private const int UsualOutgoing = 32_768;

    /// <summary>From here on Services may have node ports, of which the host's network rules are the first to know.</summary>
    private const int FirstNodePort = 30_000;

    /// <summary>Takes so many, all different.</summary>
    public static int[] Take(int count)
    {
        var outgoing = File.Exists(OutgoingRange)
            ? int.Parse(File.ReadAllText(OutgoingRange).Split([' ', '\t'])[0], CultureInfo.InvariantCulture)
            : UsualOutgoing;
        var highest = Math.Min(outgoing, FirstNodePort);
        var listeners = new List<TcpListener>();
        try
        {
            while (listeners.Count < count)
            {
                if (Listen(highest > Lowest ? Random.Shared.Next(Lowest, highest) : 0) is { } listener)
                {
                    listeners.Add(listener);
                }
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Stop());
        }
    }

    /// <summary>Null: somebody has it.</summary>
    private static TcpListener? Listen(int port)
    {
        // On all addresses, as whoever listens there has it on loopback too.
        var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
