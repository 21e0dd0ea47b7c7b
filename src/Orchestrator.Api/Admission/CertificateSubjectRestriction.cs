using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Refuses requests for client certificates of the group that may do everything.</summary>
/// <remarks>Upstream: plugin/pkg/admission/certificates/subjectrestriction.</remarks>
internal sealed class CertificateSubjectRestriction : IAdmissionPlugin
{
    private const string Signer = "kubernetes.io/kube-apiserver-client";
    private const string Masters = "system:masters";
    private const string Organization = "2.5.4.10";

    private static readonly GroupResource Requests = new("certificates.k8s.io", "certificatesigningrequests");

    /// <inheritdoc />
    public string Name => nameof(CertificateSubjectRestriction);

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource != Requests || attributes is not { Operation: AdmissionOperation.Create, Subresource.Length: 0 })
        {
            return null;
        }

        var spec = attributes.Object.Object("spec");
        return spec.Text("signerName") == Signer && Organizations(spec.Text("request")).Contains(Masters, StringComparer.Ordinal)
            ? attributes.Forbid($"use of {Signer} signer with {Masters} group is not allowed")
            : null;
    }

    /// <summary>The organizations of a request's subject; none of what the kind's own rules refuse as unreadable.</summary>
    private static List<string> Organizations(string request)
    {
        try
        {
            var parsed = CertificateRequest.LoadSigningRequestPem(
                Encoding.ASCII.GetString(Convert.FromBase64String(request)), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.SkipSignatureValidation);
            return [.. parsed.SubjectName.EnumerateRelativeDistinguishedNames()
                .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == Organization)
                .Select(part => part.GetSingleElementValue() ?? "")];
        }
        catch (Exception unreadable) when (unreadable is FormatException or CryptographicException or ArgumentException)
        {
            return [];
        }
    }
}
