using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Nodes;

/// <summary>How a host that joins comes to trust the cluster: anybody may read the authority's certificate, and the joining host knows its digest.</summary>
/// <remarks>The digest is of the public key, as kubeadm's --discovery-token-ca-cert-hash.</remarks>
internal static class JoinAuthority
{
    private const string Path = "/.well-known/orchestrator/ca.crt";
    private const string DigestPrefix = "sha256:";
    private const int LongestCertificate = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Serves the authority's certificate.</summary>
    public static void Map(WebApplication app, ClusterAuthority authority) => app.MapGet(Path, () => Results.Text(authority.CertificatePem, "application/x-pem-file"));

    /// <summary>The digest by which a host knows the authority.</summary>
    public static string DigestOf(X509Certificate2 authority) => DigestPrefix + Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Gets the authority's certificate from a server and checks it against the digest. Nothing secret is sent.</summary>
    /// <exception cref="StartupException">The server is not there, or not of this cluster.</exception>
    public static async Task<string> FetchAsync(Uri server, string digest, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // The digest below is the check; before it there is nothing to check by.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestCertificate };
        string text;
        try
        {
            text = await client.GetStringAsync(new Uri(server, Path), cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new StartupException($"the server {server} cannot be reached: {e.Message}. Check --server and that the port is open.", e);
        }

        using var certificate = Read(server, text);
        return DigestOf(certificate) == digest
            ? text
            : throw new StartupException($"the server {server} is of another cluster than --ca-cert-hash says: take both from the same 'token create'");
    }

    /// <summary>Accepts servers that this authority has signed for the name that was dialled.</summary>
    public static RemoteCertificateValidationCallback Trusting(X509Certificate2 authority) => (_, certificate, chain, errors) =>
    {
        if (certificate is not X509Certificate2 presented || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(presented);
    };

    private static X509Certificate2 Read(Uri server, string text)
    {
        try
        {
            return X509Certificate2.CreateFromPem(text);
        }
        catch (CryptographicException e)
        {
            throw new StartupException($"{server} does not answer as a server of this project does: check --server", e);
        }
    }
}
