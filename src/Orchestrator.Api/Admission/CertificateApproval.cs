using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Lets only who may approve for a signer approve or deny requests to it.</summary>
/// <remarks>Upstream: plugin/pkg/admission/certificates/approval.</remarks>
internal sealed class CertificateApproval : IAdmissionPlugin
{
    /// <inheritdoc />
    public string Name => nameof(CertificateApproval);

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes is not { Operation: AdmissionOperation.Update, Subresource: "approval", OldObject: { } request } || !SignerRights.IsRequest(attributes))
        {
            return null;
        }

        var signer = request.Object("spec").Text("signerName");
        return SignerRights.Has(attributes, "approve", signer) ? null : attributes.Forbid($"user not permitted to approve requests with signerName {GoText.Quote(signer)}");
    }
}
