using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.EndToEnd.Tests.Conversion;

/// <summary>A conversion webhook on loopback: HTTPS with a certificate of an authority of its own.</summary>
/// <remarks>It answers as it should, except where <see cref="Spoil"/> has it answer otherwise.</remarks>
public sealed class ConversionServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;
    private readonly CancellationTokenSource stopping = new();

    public ConversionServer()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=conversion-ca", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=conversion", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using var issued = server.Create(issuer, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(30), [1, 2, 3, 4]);
        using var withKey = issued.CopyWithPrivateKey(key);
        certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        CaBundle = Convert.ToBase64String(Encoding.ASCII.GetBytes(issuer.ExportCertificatePem()));
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The authority, as a definition names it.</summary>
    public string CaBundle { get; }

    public string Url => $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/convert";

    /// <summary>Gets a review with the right answer, and gives what is sent instead; null: the server never answers.</summary>
    public Func<JsonObject, (int Code, string Body)?>? Spoil { get; set; }

    /// <summary>How many objects each request brought, and the version that was wanted.</summary>
    public List<(int Objects, string Wanted)> Requests { get; } = [];

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
                var review = JsonNode.Parse(body)!.AsObject();
                lock (Requests)
                {
                    Requests.Add((review["request"]!["objects"]!.AsArray().Count, (string)review["request"]!["desiredAPIVersion"]!));
                }

                Answer(review);
                var (code, text) = Spoil is { } spoil
                    ? spoil(review) ?? await NeverAsync()
                    : (200, review.ToJsonString());
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

    private async Task<(int Code, string Body)> NeverAsync()
    {
        await Task.Delay(Timeout.Infinite, stopping.Token);
        return default;
    }

    private static void Answer(JsonObject review)
    {
        var request = review["request"]!.AsObject();
        var wanted = (string)request["desiredAPIVersion"]!;
        var converted = new JsonArray([.. request["objects"]!.AsArray().Select(obj => Gadgets.Convert(obj!.DeepClone().AsObject(), wanted))]);
        review.Remove("request");
        review["response"] = new JsonObject
        {
            ["uid"] = request["uid"]!.DeepClone(),
            ["result"] = new JsonObject { ["status"] = "Success" },
            ["convertedObjects"] = converted,
        };
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
