using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.HistoryRun.Cluster;

/// <summary>HTTP to a silo.</summary>
internal static class ApiHttp
{
    /// <summary>How long a request may go unanswered. Longer than a silo needs to give up on its database or on another silo.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A client with the load's token, which trusts the cluster's authority alone.</summary>
    public static HttpClient Create(string authorityFile)
    {
        var handler = new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(3) };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(authorityFile) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var client = new HttpClient(handler) { Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RunCluster.Token);
        return client;
    }
}
