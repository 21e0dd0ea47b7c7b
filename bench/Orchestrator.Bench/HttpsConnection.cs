using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;

namespace Orchestrator.Bench;

/// <summary>
/// One HTTP/1.1 connection over TLS with one request in flight. It knows no more of HTTP than this server's answers need: on a machine that runs the load and
/// the server side by side, an ordinary client would take as much of the processor as the server does.
/// </summary>
internal sealed class HttpsConnection : IAsyncDisposable
{
    private readonly SslStream stream;
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    private HttpsConnection(SslStream stream) => this.stream = stream;

    /// <summary>The body of the last answer; valid until the next request.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Connects as the cluster's administrator.</summary>
    public static async Task<HttpsConnection> OpenAsync(KubernetesClientConfiguration configuration, CancellationToken cancellationToken)
    {
        var host = new Uri(configuration.Host);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host.Host, host.Port, cancellationToken);

        // The chain is checked against the cluster's own authority alone.
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(configuration.SslCaCerts);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host.Host,
                ClientCertificates = [X509Certificate2.CreateFromPem(Text(configuration.ClientCertificateData), Text(configuration.ClientCertificateKeyData))],
                CertificateChainPolicy = trust,
            },
            cancellationToken);
        return new HttpsConnection(stream);
    }

    /// <summary>As many connections as there are clients.</summary>
    public static async Task<HttpsConnection[]> OpenAsync(KubernetesClientConfiguration configuration, int count, CancellationToken cancellationToken)
    {
        var connections = new HttpsConnection[count];
        for (var index = 0; index < count; index++)
        {
            connections[index] = await OpenAsync(configuration, cancellationToken);
        }

        return connections;
    }

    /// <summary>Sends a request and reads its whole answer into <see cref="Body"/>.</summary>
    /// <exception cref="InvalidOperationException">The answer is not a success.</exception>
    public async Task SendAsync(string method, string path, string? body = null, string type = "application/json")
    {
        var length = await AskAsync(method, path, body, type);
        if (length >= 0)
        {
            await NeedAsync(length);
            Body = buffer.AsMemory(start, length);
            start += length;
            return;
        }

        // The parts of a body of unknown length are moved together, so that it can be read as one.
        var at = start;
        var total = 0;
        while (await ChunkAsync(start - at) is var size and > 0)
        {
            at = 0 == total ? start : at;
            buffer.AsSpan(start, size).CopyTo(buffer.AsSpan(at + total));
            total += size;
            start += size + 2;
        }

        Body = buffer.AsMemory(at, total);
        start += 2;
    }

    /// <summary>Sends a request whose answer has no end, and leaves it to <see cref="NextPartAsync"/>.</summary>
    public async Task OpenStreamAsync(string path) => await AskAsync("GET", path, null, "");

    /// <summary>Sends a request and lets its answer pass without keeping it.</summary>
    /// <returns>The length of its body.</returns>
    public async Task<long> DrainAsync(string path)
    {
        var length = await AskAsync("GET", path, null, "");
        if (length >= 0)
        {
            await PassAsync(length);
            return length;
        }

        long total = 0;
        while (await ChunkAsync(0) is var size and > 0)
        {
            await PassAsync(size + 2);
            total += size;
        }

        start += 2;
        return total;
    }

    /// <summary>The next part of an answer without end; empty when it has ended after all.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> NextPartAsync()
    {
        var size = await ChunkAsync(0);
        if (size == 0)
        {
            return default;
        }

        var part = buffer.AsMemory(start, size);
        start += size + 2;
        return part;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    /// <summary>Sends a request and reads the head of its answer.</summary>
    /// <returns>The length of the body; -1 when it comes in chunks.</returns>
    private async Task<int> AskAsync(string method, string path, string? body, string type)
    {
        (start, end) = (0, 0);
        var content = body is null ? "" : $"Content-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{content}\r\n{body}"));
        int head;
        while ((head = buffer.AsSpan(0, end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        start = head + 4;
        var (isSuccess, length) = ReadHead(buffer.AsSpan(0, start));
        return isSuccess ? length : throw new InvalidOperationException($"{method} {path} was answered {Encoding.UTF8.GetString(buffer, 0, end)}");
    }

    private static (bool IsSuccess, int Length) ReadHead(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        return (head.StartsWith("HTTP/1.1 2"u8), at < 0 ? -1 : Number(head[(at + 16)..], 'D'));
    }

    private static int Number(ReadOnlySpan<byte> text, char format) =>
        Utf8Parser.TryParse(text, out int number, out _, format) ? number : throw new InvalidDataException("the answer's length cannot be read");

    /// <summary>Reads the size of the next chunk and waits until all of it and its end are in the buffer.</summary>
    /// <param name="kept">Bytes before the current place that must not be overwritten.</param>
    private async ValueTask<int> ChunkAsync(int kept)
    {
        int line;
        while ((line = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
        {
            await RoomAsync(1, kept);
        }

        var size = Number(buffer.AsSpan(start, line), 'x');
        start += line + 2;
        await NeedAsync(size + 2, kept);
        return size;
    }

    private async ValueTask NeedAsync(int count, int kept = 0)
    {
        while (end - start < count)
        {
            await RoomAsync(count - (end - start), kept);
        }
    }

    private async Task PassAsync(long count)
    {
        while (count > end - start)
        {
            count -= end - start;
            (start, end) = (0, 0);
            await FillAsync();
        }

        start += (int)count;
    }

    /// <summary>Makes room for more and reads some.</summary>
    private ValueTask RoomAsync(int count, int kept)
    {
        if (buffer.Length - end < count && kept == 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (buffer.Length - end < count)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, end + count));
        }

        return FillAsync();
    }

    private async ValueTask FillAsync()
    {
        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var read = await stream.ReadAsync(buffer.AsMemory(end));
        end += read > 0 ? read : throw new IOException("the server closed the connection");
    }
}
