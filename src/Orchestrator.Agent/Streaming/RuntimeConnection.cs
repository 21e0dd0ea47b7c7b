using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.AgentProtocol.Spdy;

namespace Orchestrator.Agent.Streaming;

/// <summary>Connects to the streaming URL that a runtime gave out.</summary>
/// <remarks>SPDY and not WebSocket: containerd's WebSocket end cannot close a process' input alone, and <c>kubectl exec -i</c> needs that.</remarks>
internal static class RuntimeConnection
{
    /// <summary>The answer to the upgrade; a longer one is refused.</summary>
    private const int MaxAnswerBytes = 8 * 1024;

    /// <summary>How long a runtime may take to agree.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Upgrades a connection to SPDY/3.1 with a protocol on top, as in <c>v4.channel.k8s.io</c>.</summary>
    /// <exception cref="IOException">The runtime is not there or does not agree.</exception>
    public static async Task<SpdySession> OpenAsync(string url, string protocol, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp)
        {
            throw new IOException($"the runtime serves its streams at \"{url}\", which is not an http address");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, timeout.Token);
            var transport = new NetworkStream(socket, ownsSocket: true);
            await transport.WriteAsync(Encoding.ASCII.GetBytes(Request(address, protocol)), timeout.Token);
            var answer = await ReadHeadAsync(transport, timeout.Token);
            if (StatusCode(answer) != (int)HttpStatusCode.SwitchingProtocols)
            {
                throw new IOException("the runtime does not open the stream: " + await ReasonAsync(answer, transport, timeout.Token));
            }

            return new SpdySession(PipeReader.Create(transport, new StreamPipeReaderOptions(bufferSize: 64 * 1024)), transport, isClient: true);
        }
        catch (Exception fault) when (fault is SocketException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            throw new IOException($"the runtime's stream at {address.Authority} cannot be reached: {fault.Message}", fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Request(Uri address, string protocol) =>
        $"POST {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
        + $"X-Stream-Protocol-Version: {protocol}\r\nContent-Length: 0\r\n\r\n";

    /// <summary>Reads byte by byte, because what follows the head belongs to the protocol that was agreed.</summary>
    private static async Task<string> ReadHeadAsync(Stream transport, CancellationToken cancellationToken)
    {
        var head = new byte[MaxAnswerBytes];
        for (var length = 0; length < head.Length; length++)
        {
            if (await transport.ReadAsync(head.AsMemory(length, 1), cancellationToken) == 0)
            {
                throw new IOException("the runtime ended the connection");
            }

            if (head.AsSpan(0, length + 1).EndsWith("\r\n\r\n"u8))
            {
                return Encoding.ASCII.GetString(head, 0, length + 1);
            }
        }

        throw new IOException("the runtime's answer is too long");
    }

    private static int StatusCode(string answer)
    {
        var parts = answer.Split(' ', 3);
        return parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;
    }

    /// <summary>The body says more than the code, when it is short and says how long it is.</summary>
    private static async Task<string> ReasonAsync(string answer, Stream transport, CancellationToken cancellationToken)
    {
        var length = answer.Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => int.TryParse(line[15..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var value) ? value : 0).FirstOrDefault();
        if (length is <= 0 or > MaxAnswerBytes)
        {
            return answer.Split("\r\n")[0];
        }

        var body = new byte[length];
        await transport.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(body).TrimEnd('\0', '\n');
    }
}
