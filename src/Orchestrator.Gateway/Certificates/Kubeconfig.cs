using System.Text;

namespace Orchestrator.Gateway.Certificates;

/// <summary>Writes the file by which kubectl and the client libraries find and enter the cluster.</summary>
public static class Kubeconfig
{
    /// <summary>A kubeconfig with one cluster, one user and one context, everything embedded.</summary>
    /// <param name="server">The gateway's URL, as in <c>https://127.0.0.1:6443</c>.</param>
    /// <param name="authorityPem">The CA's certificate.</param>
    /// <param name="client">The user's certificate and key.</param>
    public static string Write(string server, string authorityPem, IssuedCertificate client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: orchestrator
              cluster:
                server: {server}
                certificate-authority-data: {Encode(authorityPem)}
            users:
            - name: kubernetes-admin
              user:
                client-certificate-data: {Encode(client.CertificatePem)}
                client-key-data: {Encode(client.KeyPem)}
            contexts:
            - name: kubernetes-admin@orchestrator
              context:
                cluster: orchestrator
                user: kubernetes-admin
            current-context: kubernetes-admin@orchestrator

            """.ReplaceLineEndings("\n");
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
