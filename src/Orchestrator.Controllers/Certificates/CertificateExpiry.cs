using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Certificates;

/// <summary>When a request has served its purpose and goes.</summary>
/// <remarks>Upstream: pkg/controller/certificates/cleaner.</remarks>
internal static class CertificateExpiry
{
    private static readonly TimeSpan PendingTime = TimeSpan.FromHours(24);
    private static readonly TimeSpan SettledTime = TimeSpan.FromHours(1);

    /// <summary>The time from which on the request is not kept; null: as it stands it is kept.</summary>
    public static DateTimeOffset? Of(V1CertificateSigningRequest request)
    {
        var conditions = request.Status?.Conditions ?? [];
        if (conditions.Count == 0)
        {
            return request.Metadata.CreationTimestamp.Instant() + PendingTime;
        }

        var isIssued = request.Status?.Certificate is { Length: > 0 };
        var ends = conditions.Where(condition => condition.Type is "Denied" or "Failed" || (condition.Type == "Approved" && isIssued))
            .Select(condition => condition.LastUpdateTime.Instant() + SettledTime)
            .Append(isIssued && conditions.Any(condition => condition.Type == "Approved") ? EndOf(request.Status!.Certificate) : null);
        return ends.Min();
    }

    private static DateTimeOffset? EndOf(byte[] pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.Latin1.GetString(pem));
            return new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }
        catch (CryptographicException)
        {
            // A signer outside wrote something that is no certificate: the other times decide.
            return null;
        }
    }
}
