using Orchestrator.Api.Kinds.CertificateSigningRequests;
using Orchestrator.Controllers.Certificates;
using Orchestrator.Gateway.Authentication;

namespace Orchestrator.Host.Cluster;

/// <summary>Signs with the cluster's keys what the controllers decided.</summary>
internal sealed class ClusterSigner(ClusterSecrets secrets) : IClusterSigner
{
    /// <inheritdoc />
    public string SignCertificate(SigningRequest request, IReadOnlyList<string> usages, TimeSpan lifetime) =>
        secrets.Authority.SignRequest(request, usages, lifetime);

    /// <inheritdoc />
    public string SignSecretToken(string ns, string serviceAccount, string serviceAccountUid, string secret) =>
        SecretTokenSigner.Sign(secrets.ServiceAccountKey, ns, serviceAccount, serviceAccountUid, secret);
}
