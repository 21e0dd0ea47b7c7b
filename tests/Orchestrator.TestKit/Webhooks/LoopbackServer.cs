using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orchestrator.TestKit.Webhooks;

/// <summary>A webhook's server on loopback: HTTPS with a certificate of an authority of its own, and JSON that a test answers with.</summary>
public sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<byte[], CancellationToken, Task<(int Code, string Body)>> answer;

    /// <summary>Starts.</summary>
    /// <param name="answer">From the body of a request to the answer's status code and body; what is cancelled never answers.</param>
    /// <param name="names">What the certificate names besides 127.0.0.1.</param>
    public LoopbackServer(Func<byte[], CancellationToken, Task<(int Code, string Body)>> answer, params string[] names)
    {
        this.answer = answer;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=webhook-ca", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=webhook", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddIpAddress(IPAddress.Loopback);
        Array.ForEach(names, alternatives.AddDnsName);
        server.CertificateExtensions.Add(alternatives.Build());
        using var issued = server.Create(issuer, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(30), [1, 2, 3, 4]);
        using var withKey = issued.CopyWithPrivateKey(key);
        certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        CaBundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(issuer.ExportCertificatePem()));
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The authority, as configurations name it.</summary>
    public string CaBundle { get; }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <inheritdoc />
    public void Dispose()
    {
        stopping.Cancel();
        listener.Stop();
        certificate.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var owned = client;
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificate);
            while (await ReadAsync(stream) is { } body)
            {
                var (code, text) = await answer(body, stopping.Token);
                var bytes = Encoding.UTF8.GetBytes(text);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {code} X\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\n\r\n"));
                await stream.WriteAsync(bytes);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
            // The client went away, or did not trust the server.
        }
    }

    /// <summary>The body of the next request; null when the client is done.</summary>
    private static async Task<byte[]?> ReadAsync(SslStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return body;
    }
}
