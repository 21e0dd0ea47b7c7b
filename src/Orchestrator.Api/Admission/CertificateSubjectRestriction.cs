using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.CertificateSigningRequests;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Nobody gets a certificate of system:masters by asking for it: it could not be taken back.</summary>
/// <remarks>Upstream: plugin/pkg/admission/certificates/subjectrestriction.</remarks>
internal sealed class CertificateSubjectRestriction : IAdmissionPlugin
{
    private const string ApiClient = "kubernetes.io/kube-apiserver-client";
    private const string Masters = "system:masters";

    /// <inheritdoc />
    public string Name => nameof(CertificateSubjectRestriction);

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes is not { Operation: AdmissionOperation.Create, Subresource.Length: 0, Object: { } request } || !SignerRights.IsRequest(attributes)
            || request.Object("spec").Text("signerName") != ApiClient)
        {
            return null;
        }

        return SigningRequest.Read(request.Object("spec").Text("request")).Request?.Organizations.Contains(Masters) == true
            ? attributes.Forbid($"use of {ApiClient} signer with {Masters} group is not allowed")
            : null;
    }
}
