using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary>The API as an administrator reads it from the command line, at any silo of the cluster that a kubeconfig names.</summary>
internal sealed class AdministratorApi : IDisposable
{
    /// <summary>Long enough to read a large cluster as a whole.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient http;

    private AdministratorApi(Uri server, HttpClient http) => (Server, this.http) = (server, http);

    /// <summary>The server that the kubeconfig names.</summary>
    public Uri Server { get; }

    /// <summary>Reads a kubeconfig.</summary>
    /// <exception cref="StartupException">There is none, or it cannot be used.</exception>
    public static AdministratorApi Open(string kubeconfig)
    {
        if (!File.Exists(kubeconfig))
        {
            throw new StartupException($"there is no kubeconfig {kubeconfig}: is the cluster up?");
        }

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(configuration.SslCaCerts ?? []);
        if (configuration is { ClientCertificateData: { Length: > 0 } certificate, ClientCertificateKeyData: { Length: > 0 } key })
        {
            using var pair = X509Certificate2.CreateFromPem(Pem(certificate), Pem(key));

            // A key that was read from text alone is not offered in a handshake.
            handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null)];
        }

        var http = new HttpClient(handler) { Timeout = Patience };
        if (configuration.AccessToken is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return new AdministratorApi(new Uri(configuration.Host), http);
    }

    /// <summary>Reads a JSON document.</summary>
    /// <exception cref="StartupException">The silo does not answer, or refuses.</exception>
    public async Task<JsonNode> GetAsync(Uri server, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(server, path), cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? JsonNode.Parse(text)!
                : throw new StartupException($"{server} answers {(int)answer.StatusCode} to {path}: {text}");
        }
        catch (HttpRequestException e)
        {
            throw new StartupException($"{server} cannot be reached: {e.Message}", e);
        }
    }

    private static string Pem(string base64) => Encoding.ASCII.GetString(Convert.FromBase64String(base64));

    /// <inheritdoc />
    public void Dispose() => http.Dispose();
}
