using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Nodes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Commands;

/// <summary><c>token create</c>: a token by which a host may join, as kubeadm makes them.</summary>
internal static class TokenCommand
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 6;
    private const int SecretLength = 16;

    private static readonly Option<string?> DataDirectoryOption = DataDirectoryOptions.Create();
    private static readonly Option<string?> KubeconfigFile = new("--kubeconfig") { Description = "An administrator's kubeconfig (that of the data directory)", HelpName = "FILE" };
    private static readonly Option<int> Hours = new("--hours") { Description = "How long it is good", HelpName = "N", DefaultValueFactory = _ => 24 };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var create = new Command("create", "Make a join token and print the command for the host that joins") { DataDirectoryOption, KubeconfigFile, Hours };
        create.Runs(RunAsync);
        return new Command("token", "Tokens by which hosts join") { create };
    }

    private static async Task RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var path = given.GetValue(KubeconfigFile) ?? DataDirectory.Of(given.GetValue(DataDirectoryOption), mustExist: true).Kubeconfig;
        if (!File.Exists(path))
        {
            throw new StartupException($"there is no kubeconfig {path}: is the cluster up?");
        }

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
        var (id, secret) = (RandomNumberGenerator.GetString(Alphabet, IdLength), RandomNumberGenerator.GetString(Alphabet, SecretLength));
        try
        {
            using var client = new Kubernetes(configuration);
            await client.CoreV1.CreateNamespacedSecretAsync(SecretOf(id, secret, given.GetValue(Hours)), "kube-system", cancellationToken: cancellationToken);
        }
        catch (HttpOperationException e)
        {
            throw new StartupException($"the cluster refuses to keep the token: {e.Response.Content}", e);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            throw new StartupException($"the API at {configuration.Host} cannot be reached ({e.Message}): is the cluster up?", e);
        }

        var authority = configuration.SslCaCerts is [var first, ..] ? first : throw new StartupException($"the kubeconfig {path} names no authority of the cluster");
        Console.WriteLine($"./orchestrator agent --server {configuration.Host} --token {id}.{secret} --ca-cert-hash {JoinAuthority.DigestOf(authority)}");
    }

    private static V1Secret SecretOf(string id, string secret, int hours) => new()
    {
        Metadata = new V1ObjectMeta { Name = "bootstrap-token-" + id },
        Type = "bootstrap.kubernetes.io/token",
        StringData = new Dictionary<string, string>
        {
            ["token-id"] = id,
            ["token-secret"] = secret,
            ["usage-bootstrap-authentication"] = "true",
            ["expiration"] = TimeProvider.System.GetUtcNow().AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        },
    };
}
