using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.HostileInput;

/// <summary>A TLS connection to the gateway on which anything may be sent.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient tcp;

    private RawConnection(TcpClient tcp, SslStream stream) => (this.tcp, Stream) = (tcp, stream);

    public SslStream Stream { get; }

    public static async Task<RawConnection> OpenAsync(GatewayFixture gateway, SslApplicationProtocol protocol)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);
        var stream = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, gateway.IsOurs);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [protocol], EnabledSslProtocols = SslProtocols.None },
            TestContext.Current.CancellationToken);
        return new RawConnection(tcp, stream);
    }

    /// <summary>Sends text in Latin-1, so that every byte can be meant.</summary>
    public Task SendAsync(string text) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    /// <summary>All that is answered until the server closes, or until the answer's body is whole; what a broken connection leaves.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await Stream.ReadAsync(buffer, patience.Token) is var read and > 0)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (IsWhole(answer.ToString()))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The server gave up on us: what came before counts.
        }

        return answer.ToString();
    }

    /// <summary>Reads and forgets: who does not read stops the server from answering.</summary>
    public async Task DrainAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await Stream.ReadAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
                // Nothing in it is wanted.
            }
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // One of both ends closed.
        }
    }

    /// <summary>Closes without a word.</summary>
    public void Close() => tcp.Close();

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        tcp.Dispose();
    }

    private static bool IsWhole(string answer)
    {
        const string Length = "content-length: ";
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var at = end < 0 ? -1 : answer.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && at < end
            && int.Parse(answer[(at + Length.Length)..answer.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture) <= answer.Length - end - 4;
    }
}
