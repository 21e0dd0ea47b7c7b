using Orchestrator.Api.Kinds.CertificateSigningRequests;

namespace Orchestrator.Controllers.Certificates;

/// <summary>The signers that every cluster has, and what each of them signs.</summary>
/// <remarks>Upstream: pkg/controller/certificates/signer.</remarks>
internal static class CertificateSigners
{
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string KubeletServing = "kubernetes.io/kubelet-serving";
    public const string ApiClient = "kubernetes.io/kube-apiserver-client";
    public const string LegacyUnknown = "kubernetes.io/legacy-unknown";

    /// <summary>What certificates last when the request does not say less. Upstream: --cluster-signing-duration.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(365);

    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromMinutes(10);

    /// <summary>True when one of the signers is meant.</summary>
    public static bool Knows(string signer) => signer is KubeletClient or KubeletServing or ApiClient or LegacyUnknown;

    /// <summary>Why a signer does not sign a request, or null.</summary>
    public static string? Fault(string signer, SigningRequest request, IReadOnlyCollection<string> usages) => signer switch
    {
        KubeletClient => KubeletRequests.ClientFault(request, usages),
        KubeletServing => KubeletRequests.ServingFault(request, usages),
        ApiClient => ClientUsageFault(usages),
        _ => null,
    };

    /// <summary>How long the certificate is good: as asked, between ten minutes and a year.</summary>
    public static TimeSpan Lifetime(int? expirationSeconds)
    {
        if (expirationSeconds is not { } seconds)
        {
            return LongestLifetime;
        }

        var asked = TimeSpan.FromSeconds(seconds);
        return asked > LongestLifetime ? LongestLifetime : asked < ShortestLifetime ? ShortestLifetime : asked;
    }

    private static string? ClientUsageFault(IReadOnlyCollection<string> usages)
    {
        var other = usages.FirstOrDefault(usage => usage is not ("digital signature" or "key encipherment" or "client auth"));
        return other is not null ? "invalid usage for client certificate: " + other
            : usages.Contains("client auth") ? null
            : "missing required usage for client certificate: client auth";
    }
}
