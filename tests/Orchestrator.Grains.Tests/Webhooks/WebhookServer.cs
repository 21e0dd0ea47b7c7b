using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Grains.Tests.Webhooks;

/// <summary>A webhook on loopback: HTTPS with a certificate of an authority of its own.</summary>
internal sealed class WebhookServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<JsonObject, CancellationToken, Task<string>> answer;

    /// <summary>Starts.</summary>
    /// <param name="answer">From the request of a review to the fields of the response besides its uid, as JSON without braces.</param>
    public WebhookServer(Func<JsonObject, string> answer)
        : this((request, _) => Task.FromResult(answer(request)))
    {
    }

    public WebhookServer(Func<JsonObject, CancellationToken, Task<string>> answer)
    {
        this.answer = answer;
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=webhook-ca", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=webhook", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("hook.ns.svc");
        server.CertificateExtensions.Add(names.Build());
        using var issued = server.Create(issuer, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(30), [1, 2, 3, 4]);
        using var withKey = issued.CopyWithPrivateKey(key);
        certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        CaBundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(issuer.ExportCertificatePem()));
        listener.Start();
        _ = AcceptAsync();
    }

    public string CaBundle { get; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The requests that came.</summary>
    public List<JsonObject> Requests { get; } = [];

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
                var request = JsonNode.Parse(body)!["request"]!.AsObject();
                lock (Requests)
                {
                    Requests.Add((JsonObject)request.DeepClone());
                }

                var fields = await answer(request, stopping.Token);
                var response = Encoding.UTF8.GetBytes(
                    $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"{{{request["uid"]}}}",{{{fields}}}}}""");
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {response.Length}\r\n\r\n"));
                await stream.WriteAsync(response);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
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
