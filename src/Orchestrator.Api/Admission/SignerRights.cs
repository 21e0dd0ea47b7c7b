using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Admission;

/// <summary>Who may decide on the requests to a signer: the virtual resource <c>signers</c>.</summary>
/// <remarks>Upstream: pkg/registry/certificates/certificates and plugin/pkg/admission/certificates/util.go.</remarks>
internal static class SignerRights
{
    private const string Group = "certificates.k8s.io";
    private static readonly GroupResource Requests = new(Group, "certificatesigningrequests");

    /// <summary>True for a request for a certificate.</summary>
    public static bool IsRequest(AdmissionAttributes attributes) => attributes.Kind.GroupResource == Requests;

    /// <summary>True when the writer may do this for the signer, by its own name or for its whole domain. Who writes from inside the cluster, in no group, may.</summary>
    public static bool Has(AdmissionAttributes attributes, string verb, string signer)
    {
        var (user, groups, view) = (attributes.Options.User, attributes.Options.Groups, attributes.At.View);
        var domain = signer.Split('/', 2)[0] + "/*";
        return groups.Count == 0
            || ClusterRules.Allow(view, user, groups, verb, Group, "signers", "", signer)
            || ClusterRules.Allow(view, user, groups, verb, Group, "signers", "", domain);
    }
}
