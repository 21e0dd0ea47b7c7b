using Orchestrator.Api.Kinds.CertificateSigningRequests;

namespace Orchestrator.Controllers.Certificates;

/// <summary>The cluster's keys, behind which clock and chance stay: controllers decide what is signed, this signs it.</summary>
public interface IClusterSigner
{
    /// <summary>Signs a request with the cluster's authority.</summary>
    /// <param name="request">Whom the certificate is for.</param>
    /// <param name="usages">What it is good for, by the API's names.</param>
    /// <param name="lifetime">How long it is good.</param>
    /// <returns>The certificate in PEM.</returns>
    string SignCertificate(SigningRequest request, IReadOnlyList<string> usages, TimeSpan lifetime);

    /// <summary>Signs a token that lives as long as the Secret that keeps it.</summary>
    /// <param name="ns">The account's namespace.</param>
    /// <param name="serviceAccount">The account.</param>
    /// <param name="serviceAccountUid">Its uid.</param>
    /// <param name="secret">The Secret's name.</param>
    string SignSecretToken(string ns, string serviceAccount, string serviceAccountUid, string secret);
}
