using Orchestrator.Api.Kinds.CertificateSigningRequests;
using Orchestrator.Controllers.Certificates;

namespace Orchestrator.Controllers.Tests.Certificates;

/// <summary>Signs nothing and remembers what it was asked for.</summary>
internal sealed class RecordingSigner : IClusterSigner
{
    public List<(string CommonName, string Usages, TimeSpan Lifetime)> Certificates { get; } = [];

    public string SignCertificate(SigningRequest request, IReadOnlyList<string> usages, TimeSpan lifetime)
    {
        Certificates.Add((request.CommonName, string.Join(", ", usages), lifetime));
        return "signed";
    }

    public string SignSecretToken(string ns, string serviceAccount, string serviceAccountUid, string secret) => $"token of {ns}/{serviceAccount}/{serviceAccountUid} in {secret}";
}
