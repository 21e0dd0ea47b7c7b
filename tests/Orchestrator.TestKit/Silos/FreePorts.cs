using System.Net;
using System.Net.Sockets;

namespace Orchestrator.TestKit.Silos;

/// <summary>Ports on loopback that nobody used a moment ago.</summary>
public static class FreePorts
{
    /// <summary>Takes so many, all different.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            Array.ForEach(listeners, listener => listener.Start());
            return Array.ConvertAll(listeners, listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        }
        finally
        {
            Array.ForEach(listeners, listener => listener.Stop());
        }
    }
}
