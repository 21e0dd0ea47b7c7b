using System.Security.Cryptography.X509Certificates;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Cluster;

namespace Orchestrator.Host.Nodes;

/// <summary>The files by which an agent proves which node it is.</summary>
/// <param name="Directory">Where they are.</param>
internal sealed record NodeFiles(string Directory)
{
    /// <summary>A certificate that ends sooner than this is renewed.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);

    /// <summary>The node's certificate.</summary>
    public string Certificate => Path.Combine(Directory, "agent.crt");

    /// <summary>Its key.</summary>
    public string Key => Path.Combine(Directory, "agent.key");

    /// <summary>The cluster's authority.</summary>
    public string Authority => Path.Combine(Directory, "ca.crt");

    /// <summary>True when the certificate is there, of this authority (null: of any), and good for a while.</summary>
    public bool AreGood(string nodeName, string? authorityPem, TimeProvider clock)
    {
        if (!File.Exists(Certificate) || !File.Exists(Key) || !File.Exists(Authority) || (authorityPem is not null && File.ReadAllText(Authority) != authorityPem))
        {
            return false;
        }

        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Certificate));
        return clock.GetUtcNow() + RenewBefore < certificate.NotAfter && certificate.GetNameInfo(X509NameType.SimpleName, false) == "system:node:" + nodeName;
    }

    /// <summary>Makes sure that the files are good, as whoever has the cluster's keys can.</summary>
    public void Ensure(string nodeName, ClusterAuthority authority)
    {
        if (!AreGood(nodeName, authority.CertificatePem, TimeProvider.System))
        {
            Write(authority.IssueAgent(nodeName), authority.CertificatePem);
        }
    }

    /// <summary>Writes the files.</summary>
    public void Write(IssuedCertificate certificate, string authorityPem)
    {
        System.IO.Directory.CreateDirectory(Directory);
        ClusterSecrets.Write(Authority, authorityPem);
        ClusterSecrets.Write(Key, certificate.KeyPem);
        ClusterSecrets.Write(Certificate, certificate.CertificatePem);
    }
}
