using System.Net;
using System.Net.Sockets;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>A wire to a port on loopback that a test can cut and mend: what is open breaks off, and nobody gets through while it is cut.</summary>
public sealed class CuttableWire : IAsyncDisposable
{
    private readonly int target;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly Lock gate = new();
    private readonly Task accepting;
    private CancellationTokenSource whole = new();
    private bool isCut;

    public CuttableWire(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The near end.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Cut()
    {
        lock (gate)
        {
            isCut = true;
            whole.Cancel();
        }
    }

    public void Mend()
    {
        lock (gate)
        {
            whole.Dispose();
            (whole, isCut) = (new CancellationTokenSource(), false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await ended.CancelAsync();
        listener.Stop();
        await accepting;
        ended.Dispose();
        whole.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(ended.Token);
                lock (gate)
                {
                    if (isCut)
                    {
                        near.Dispose();
                    }
                    else
                    {
                        _ = CarryAsync(near, whole.Token);
                    }
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient near, CancellationToken cut)
    {
        using var owned = near;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, target, cut);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), cut), far.GetStream().CopyToAsync(near.GetStream(), cut));
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or SocketException)
        {
            // That is what it is for.
        }
    }
}
