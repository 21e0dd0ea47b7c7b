using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Bench;

/// <summary>Kubernetes' own API server over an etcd of its own, with RBAC and its usual admission: the yardstick of the loads that go through the API.</summary>
internal sealed class KubeApiServer : IApiServer
{
    private readonly DirectoryInfo directory;
    private readonly EtcdServer etcd;
    private ServerProcess? process;

    private KubeApiServer(DirectoryInfo directory, EtcdServer etcd, KubernetesClientConfiguration configuration) =>
        (this.directory, this.etcd, Configuration) = (directory, etcd, configuration);

    /// <inheritdoc />
    public string Label => "yardstick: kube-apiserver, ";

    /// <inheritdoc />
    public KubernetesClientConfiguration Configuration { get; }

    /// <inheritdoc />
    public string AllocatedMetric => "go_memstats_alloc_bytes_total";

    /// <inheritdoc />
    public (string Name, string Label) StoreTime => ("etcd_request_duration_seconds", "operation=\"create\"");

    /// <inheritdoc />
    public int? ServerId => process?.Id;

    /// <inheritdoc />
    public int? StoreId => etcd.ProcessId;

    /// <summary>Starts both and waits until the API is served.</summary>
    /// <param name="program">The kube-apiserver.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<KubeApiServer> StartAsync(string program, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-kube-");
        string At(string file) => Path.Combine(directory.FullName, file);
        using var authority = Authority();
        var (serving, client) = (Issue(authority, "CN=kube-apiserver"), Issue(authority, "O=system:masters, CN=bench"));
        using var signing = RSA.Create(2048);
        await File.WriteAllTextAsync(At("ca.crt"), authority.ExportCertificatePem(), cancellationToken);
        await File.WriteAllTextAsync(At("server.crt"), serving.Certificate, cancellationToken);
        await File.WriteAllTextAsync(At("server.key"), serving.Key, cancellationToken);
        await File.WriteAllTextAsync(At("sa.key"), signing.ExportRSAPrivateKeyPem(), cancellationToken);
        var port = FreePorts.Take(1)[0].ToString(CultureInfo.InvariantCulture);
        var server = new KubeApiServer(directory, await EtcdServer.StartAsync(cancellationToken), new KubernetesClientConfiguration
        {
            Host = $"https://127.0.0.1:{port}",
            SslCaCerts = [X509Certificate2.CreateFromPem(authority.ExportCertificatePem())],
            ClientCertificateData = Base64(client.Certificate),
            ClientCertificateKeyData = Base64(client.Key),
        });
        try
        {
            // Here, because what was named need not be a program, and etcd runs by now.
            server.process = new ServerProcess(
                program,
                [
                    "--etcd-servers", server.etcd.Url, "--bind-address", "127.0.0.1", "--secure-port", port, "--cert-dir", directory.FullName,
                    "--tls-cert-file", At("server.crt"), "--tls-private-key-file", At("server.key"), "--client-ca-file", At("ca.crt"), "--authorization-mode", "RBAC",
                    "--service-cluster-ip-range", "10.198.0.0/16", "--service-account-issuer", "https://kubernetes.default.svc",
                    "--service-account-key-file", At("sa.key"), "--service-account-signing-key-file", At("sa.key"),
                ]);
            await server.ReadyAsync(server.process, client, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        await etcd.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private async Task ReadyAsync(ServerProcess serving, (string Certificate, string Key) client, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler();
        var options = handler.SslOptions;
        options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(Configuration.SslCaCerts);
        options.ClientCertificates = [X509Certificate2.CreateFromPem(client.Certificate, client.Key)];
        using var http = new HttpClient(handler) { BaseAddress = new Uri(Configuration.Host) };
        await serving.ReadyAsync(http, "/readyz", cancellationToken);

        // It makes its first namespaces by and by.
        await serving.ReadyAsync(http, "/api/v1/namespaces/default", cancellationToken);
    }

    private static X509Certificate2 Authority()
    {
        var request = new CertificateRequest("CN=bench", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>A certificate for loopback, and its key.</summary>
    private static (string Certificate, string Key) Issue(X509Certificate2 authority, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
