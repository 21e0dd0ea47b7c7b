using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Policies;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Cel.Libraries;

namespace Orchestrator.Api.Admission;

/// <summary>Lets only those approve or sign certificate requests who may do so for the signer that a request names.</summary>
/// <remarks>Upstream: plugin/pkg/admission/certificates/approval and signing, which are one here for both verbs.</remarks>
/// <param name="name">Upstream's name of the plugin.</param>
/// <param name="subresource">The subresource that is guarded.</param>
/// <param name="verb">The verb on signers.</param>
internal sealed class CertificatePermissions(string name, string subresource, string verb) : IAdmissionPlugin
{
    private static readonly GroupResource Requests = new("certificates.k8s.io", "certificatesigningrequests");

    /// <inheritdoc />
    public string Name => name;

    /// <summary>Who may approve.</summary>
    public static CertificatePermissions ToApprove() => new("CertificateApproval", "approval", "approve");

    /// <summary>Who may sign.</summary>
    public static CertificatePermissions ToSign() => new("CertificateSigning", "status", "sign");

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        // Who comes through the API belongs to a group at least; the cluster's own parts belong to none and sign by themselves.
        if (attributes.Kind.GroupResource != Requests || attributes.Subresource != subresource || attributes.Operation != AdmissionOperation.Update
            || attributes.OldObject is not { } old || attributes.Options.Groups.Count == 0)
        {
            return null;
        }

        // Of a status only the certificate (and that signing failed) is the signer's.
        if (subresource == "status" && JsonReading.Same(old.Object("status")?["certificate"], attributes.Object.Object("status")?["certificate"])
            && JsonReading.Same(Failed(old), Failed(attributes.Object)))
        {
            return null;
        }

        var signer = old.Object("spec").Text("signerName");
        return IsPermitted(attributes, signer) ? null : attributes.Forbid($"user not permitted to {verb} requests with signerName {GoText.Quote(signer)}");
    }

    private bool IsPermitted(AdmissionAttributes attributes, string signer)
    {
        var authorizer = new RbacAuthorizer(attributes.At.View, attributes.Options);
        var slash = signer.IndexOf('/', StringComparison.Ordinal);
        var names = slash < 0 ? [signer] : new[] { signer, signer[..slash] + "/*" };
        return Array.Exists(names, candidate => authorizer.Authorize(new CelAuthorizationCheck(verb, null, null)
        {
            Group = Requests.Group,
            Resource = "signers",
            Name = candidate,
        }).Allowed);
    }

    private static JsonObject? Failed(JsonObject? request) => request.Object("status").Items("conditions").FirstOrDefault(condition => condition.Text("type") == "Failed");
}
