using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Dns;

/// <summary>Serves the cluster's zone over UDP and TCP; other names go to the host's own resolvers.</summary>
internal static partial class DnsServer
{
    /// <summary>Questions answered at once; more wait in the socket's buffer, and a resolver asks again.</summary>
    private const int ConcurrencyLimit = 256;

    private static readonly TimeSpan ForwardPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ConnectionPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BindPause = TimeSpan.FromSeconds(1);

    /// <summary>Serves until cancelled.</summary>
    public static Task RunAsync(IPEndPoint listen, DnsZone zone, ILogger logger, CancellationToken cancellationToken) => Task.WhenAll(
        KeepAsync(() => ServeDatagramsAsync(listen, zone, logger, cancellationToken), listen, logger, cancellationToken),
        KeepAsync(() => ServeConnectionsAsync(listen, zone, logger, cancellationToken), listen, logger, cancellationToken));

    private static async Task KeepAsync(Func<Task> serve, IPEndPoint listen, ILogger logger, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await serve();
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

    private static async Task ServeDatagramsAsync(IPEndPoint listen, DnsZone zone, ILogger logger, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(listen);
        using var limit = new SemaphoreSlim(ConcurrencyLimit);
        var buffer = new byte[DnsMessage.DatagramLimit * 8];
        while (true)
        {
            await limit.WaitAsync(cancellationToken);
            var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
            var query = buffer.AsSpan(0, received.ReceivedBytes).ToArray();
            _ = ReplyAsync(socket, query, received.RemoteEndPoint, zone, limit, logger, cancellationToken);
        }
    }

    private static async Task ReplyAsync(Socket socket, byte[] query, EndPoint client, DnsZone zone, SemaphoreSlim limit, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            if (await AnswerAsync(query, zone, DnsMessage.DatagramLimit, cancellationToken) is { } response)
            {
                await socket.SendToAsync(response, SocketFlags.None, client, cancellationToken);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LogReplyFailed(logger, e.Message);
        }
        finally
        {
            limit.Release();
        }
    }

    private static async Task ServeConnectionsAsync(IPEndPoint listen, DnsZone zone, ILogger logger, CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(listen);
        listener.Start();
        using var limit = new SemaphoreSlim(ConcurrencyLimit);
        while (true)
        {
            await limit.WaitAsync(cancellationToken);
            var client = await listener.AcceptTcpClientAsync(cancellationToken);
            _ = ConverseAsync(client, zone, limit, logger, cancellationToken);
        }
    }

    private static async Task ConverseAsync(TcpClient client, DnsZone zone, SemaphoreSlim limit, ILogger logger, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectionPatience);
        try
        {
            using var owned = client;
            var stream = client.GetStream();
            var length = new byte[2];
            while (await stream.ReadAtLeastAsync(length, 2, throwOnEndOfStream: false, patience.Token) == 2)
            {
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query, patience.Token);
                if (await AnswerAsync(query, zone, ushort.MaxValue, patience.Token) is not { } response)
                {
                    return;
                }

                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)response.Length);
                await stream.WriteAsync(length, patience.Token);
                await stream.WriteAsync(response, patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            LogReplyFailed(logger, e.Message);
        }
        finally
        {
            limit.Release();
        }
    }

    /// <summary>The response to a packet; null when it is not a query and deserves none.</summary>
    private static async Task<byte[]?> AnswerAsync(byte[] query, DnsZone zone, int limit, CancellationToken cancellationToken)
    {
        if (DnsMessage.ReadQuestion(query) is not { } question)
        {
            return null;
        }

        if (zone.Answer(question) is { } answer)
        {
            return DnsMessage.WriteResponse(query, question, answer, limit);
        }

        return await ForwardAsync(query, cancellationToken)
            ?? DnsMessage.WriteResponse(query, question, new DnsAnswer(DnsCode.ServerFailure, []), limit);
    }

    /// <summary>Asks the host's resolvers in their order; the answer is passed on as it is, null when none answers.</summary>
    private static async Task<byte[]?> ForwardAsync(byte[] query, CancellationToken cancellationToken)
    {
        foreach (var resolver in HostResolvers())
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ForwardPatience);
            try
            {
                using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                await socket.ConnectAsync(resolver, 53, patience.Token);
                await socket.SendAsync(query, SocketFlags.None, patience.Token);
                var buffer = new byte[ushort.MaxValue];
                var received = await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
                // Another's answer must not be taken for ours.
                if (received >= 12 && buffer[0] == query[0] && buffer[1] == query[1])
                {
                    return buffer[..received];
                }
            }
            catch (SocketException)
            {
                continue;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                continue;
            }
        }

        return null;
    }

    private static List<IPAddress> HostResolvers()
    {
        const string Configuration = "/etc/resolv.conf";
        if (!File.Exists(Configuration))
        {
            return [];
        }

        return [.. File.ReadLines(Configuration)
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", ..] && words.Length > 1)
            .Select(words => IPAddress.TryParse(words[1], out var address) ? address : null)
            .OfType<IPAddress>()
            .Take(3)];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster DNS cannot listen on {EndPoint} yet: {Error}")]
    private static partial void LogListenFailed(ILogger logger, IPEndPoint endPoint, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A DNS reply was not sent: {Error}")]
    private static partial void LogReplyFailed(ILogger logger, string error);
}
