using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Credentials that the cluster gives out, used as their owners use them.</summary>
public sealed partial class CredentialTests(ClusterFixture fixture)
{
    [Fact]
    public async Task A_certificate_that_was_approved_appears_and_lets_its_owner_in()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=devs, CN=mia", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        await kubectl.ApplyAsync($"""
            apiVersion: certificates.k8s.io/v1
            kind: CertificateSigningRequest
            metadata: {Braced($"name: {kubectl.Namespace}")}
            spec:
              signerName: kubernetes.io/kube-apiserver-client
              request: {Convert.ToBase64String(Encoding.ASCII.GetBytes(request))}
              usages: [client auth]
              expirationSeconds: 3600
            """);
        Assert.Contains("Pending", await kubectl.RunAsync($"get csr {kubectl.Namespace}"), StringComparison.Ordinal);

        await kubectl.RunAsync($"certificate approve {kubectl.Namespace}");
        var issued = await Until.AsWantedAsync(
            "a certificate", () => kubectl.FieldAsync("csr " + kubectl.Namespace, ".status.certificate"), certificate => certificate.Length > 0, seconds: 60);

        Assert.Contains("Approved,Issued", await kubectl.RunAsync($"get csr {kubectl.Namespace}"), StringComparison.Ordinal);
        var config = await WriteConfigAsync(
            $"client-certificate-data: {issued}\n    client-key-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()))}");
        Assert.Equal("mia", await kubectl.RunAsync($"--kubeconfig {config} auth whoami -o", "jsonpath={.status.userInfo.username}"));
        File.Delete(config);
    }

    [Fact]
    public async Task A_secret_that_asks_for_a_token_gets_one_that_dies_with_it()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("create serviceaccount robot");
        await kubectl.ApplyAsync($"""
            apiVersion: v1
            kind: Secret
            type: kubernetes.io/service-account-token
            metadata:
              name: robot-token
              namespace: {kubectl.Namespace}
              annotations: {Braced("kubernetes.io/service-account.name: robot")}
            """);
        var token = await Until.AsWantedAsync("a token", () => kubectl.FieldAsync("secret robot-token", ".data.token"), text => text.Length > 0, seconds: 60);
        var config = await WriteConfigAsync("token: " + Encoding.ASCII.GetString(Convert.FromBase64String(token)));
        Assert.Equal(
            $"system:serviceaccount:{kubectl.Namespace}:robot", await kubectl.RunAsync($"--kubeconfig {config} auth whoami -o", "jsonpath={.status.userInfo.username}"));

        await kubectl.RunAsync("delete secret robot-token");
        await Until.AsWantedAsync("401", () => kubectl.TryAsync($"--kubeconfig {config} auth whoami"), ran => ran.Code != 0);
        File.Delete(config);
    }

    private static string Braced(string text) => "{" + text + "}";

    private async Task<string> WriteConfigAsync(string user)
    {
        var path = Path.Combine(Path.GetTempPath(), "orc-e2e-" + Guid.NewGuid().ToString("n"));
        var config = await File.ReadAllTextAsync(fixture.Cluster.Kubeconfig, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, Credentials().Replace(config, user), TestContext.Current.CancellationToken);
        return path;
    }

    [GeneratedRegex("client-certificate-data: .*\n *client-key-data: .*")]
    private static partial Regex Credentials();
}
