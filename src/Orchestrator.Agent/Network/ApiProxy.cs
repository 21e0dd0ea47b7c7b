using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Network;

/// <summary>Carries the pods' connections to the API: bytes in, bytes out. TLS is between the pod and the server, so nothing is seen here.</summary>
internal static partial class ApiProxy
{
    /// <summary>More connections than this wait in the kernel until one ends.</summary>
    private const int ConnectionLimit = 1_000;

    /// <summary>The bridge's address may come up after us.</summary>
    private static readonly TimeSpan BindPause = TimeSpan.FromSeconds(1);

    /// <summary>Serves until cancelled.</summary>
    public static async Task RunAsync(IPEndPoint listen, Uri server, ILogger logger, CancellationToken cancellationToken)
    {
        using var limit = new SemaphoreSlim(ConnectionLimit);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var listener = new TcpListener(listen);
                listener.Start();
                while (true)
                {
                    await limit.WaitAsync(cancellationToken);
                    var client = await listener.AcceptSocketAsync(cancellationToken);
                    _ = CarryAsync(client, server, limit, logger, cancellationToken);
                }
            }
            catch (SocketException e)
            {
                LogListenFailed(logger, listen, e.Message);
                await Task.Delay(BindPause, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task CarryAsync(Socket client, Uri server, SemaphoreSlim limit, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            using var inbound = new NetworkStream(client, ownsSocket: true);
            using var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.NoDelay = true;
            await upstream.ConnectAsync(server.Host, server.Port, cancellationToken);
            using var outbound = new NetworkStream(upstream, ownsSocket: false);
            var there = inbound.CopyToAsync(outbound, cancellationToken);
            var back = outbound.CopyToAsync(inbound, cancellationToken);
            await Task.WhenAny(there, back);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            LogConnectionEnded(logger, e.Message);
        }
        finally
        {
            limit.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The API proxy cannot listen on {EndPoint} yet: {Error}")]
    private static partial void LogListenFailed(ILogger logger, IPEndPoint endPoint, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A pod's connection to the API ended: {Error}")]
    private static partial void LogConnectionEnded(ILogger logger, string error);
}
