using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Lets only who may sign for a signer issue its certificates, or say that it failed.</summary>
/// <remarks>Upstream: plugin/pkg/admission/certificates/signing.</remarks>
internal sealed class CertificateSigning : IAdmissionPlugin
{
    /// <inheritdoc />
    public string Name => nameof(CertificateSigning);

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes is not { Operation: AdmissionOperation.Update, Subresource: "status", Object: { } request, OldObject: { } old } || !SignerRights.IsRequest(attributes))
        {
            return null;
        }

        var (now, before) = (request.Object("status"), old.Object("status"));
        var fails = now.Items("conditions").Any(IsFailure) && !before.Items("conditions").Any(IsFailure);
        if (!fails && JsonReading.Same(now?["certificate"], before?["certificate"]))
        {
            return null;
        }

        var signer = old.Object("spec").Text("signerName");
        return SignerRights.Has(attributes, "sign", signer) ? null : attributes.Forbid($"user not permitted to sign requests with signerName {GoText.Quote(signer)}");
    }

    private static bool IsFailure(System.Text.Json.Nodes.JsonObject condition) => condition.Text("type") == "Failed";
}
