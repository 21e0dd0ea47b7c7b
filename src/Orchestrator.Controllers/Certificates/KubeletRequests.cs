using System.Collections.Frozen;
using Orchestrator.Api.Kinds.CertificateSigningRequests;

namespace Orchestrator.Controllers.Certificates;

/// <summary>What the requests of nodes must look like.</summary>
/// <remarks>Upstream: pkg/apis/certificates/helpers.go, whose messages these are.</remarks>
internal static class KubeletRequests
{
    private const string NodePrefix = "system:node:";
    private const string NodesGroup = "system:nodes";
    private const string Encipherment = "key encipherment";

    private static readonly FrozenSet<string> ClientUsages = FrozenSet.ToFrozenSet(["client auth", "digital signature"]);
    private static readonly FrozenSet<string> ServingUsages = FrozenSet.ToFrozenSet(["digital signature", "server auth"]);

    /// <summary>What is wrong with a request for a node's certificate as a client, or null.</summary>
    public static string? ClientFault(SigningRequest request, IReadOnlyCollection<string> usages) =>
        !IsOfNodes(request) ? "subject organization is not system:nodes"
        : request.DnsNames.Count > 0 ? "DNS subjectAltNames are not allowed"
        : request.Emails.Count > 0 ? "Email subjectAltNames are not allowed"
        : request.Addresses.Count > 0 ? "IP subjectAltNames are not allowed"
        : request.Uris.Count > 0 ? "URI subjectAltNames are not allowed"
        : !NamesNode(request) ? "subject common name does not begin with system:node:"
        : UsageFault(usages, ClientUsages, "[client auth digital signature key encipherment]");

    /// <summary>What is wrong with a request for the certificate of a node's own port, or null.</summary>
    public static string? ServingFault(SigningRequest request, IReadOnlyCollection<string> usages) =>
        !IsOfNodes(request) ? "subject organization is not system:nodes"
        : request.DnsNames.Count == 0 && request.Addresses.Count == 0 ? "DNS or IP subjectAltName is required"
        : request.Emails.Count > 0 ? "Email subjectAltNames are not allowed"
        : request.Uris.Count > 0 ? "URI subjectAltNames are not allowed"
        : UsageFault(usages, ServingUsages, "[digital signature key encipherment server auth]") is { } fault ? fault
        : !NamesNode(request) ? "subject common name does not begin with system:node:"
        : null;

    private static bool IsOfNodes(SigningRequest request) => request.Organizations is [NodesGroup];

    private static bool NamesNode(SigningRequest request) => request.CommonName.StartsWith(NodePrefix, StringComparison.Ordinal);

    /// <summary>Only RSA keys encipher keys, so that usage may be there or not.</summary>
    private static string? UsageFault(IReadOnlyCollection<string> usages, FrozenSet<string> required, string shown) =>
        required.SetEquals(usages.Where(usage => usage != Encipherment)) ? null : "usages did not match " + shown;
}
