using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.CertificateSigningRequests;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Lets a kubelet write its own Node, its own pods and what belongs to them, and nothing of other nodes.</summary>
/// <remarks>Upstream: plugin/pkg/admission/noderestriction.</remarks>
internal sealed class NodeRestriction : IAdmissionPlugin
{
    private const string UserPrefix = "system:node:";
    private const string Nodes = "system:nodes";
    private const string Mirror = "kubernetes.io/config.mirror";
    private const string LeaseNamespace = "kube-node-lease";
    private const string RestrictedLabels = "node-restriction.kubernetes.io";

    private static readonly string[] KubeletLabels =
    [
        "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type", "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region", "failure-domain.kubernetes.io/zone", "failure-domain.kubernetes.io/region",
    ];

    private static readonly string[] KubeletNamespaces = ["kubelet.kubernetes.io", "node.kubernetes.io"];

    /// <inheritdoc />
    public string Name => nameof(NodeRestriction);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        var options = attributes.Options;
        if (attributes.Operation == AdmissionOperation.Connect || !options.User.StartsWith(UserPrefix, StringComparison.Ordinal) || !options.Groups.Contains(Nodes, StringComparer.Ordinal))
        {
            return null;
        }

        var node = options.User[UserPrefix.Length..];
        if (node.Length == 0)
        {
            return attributes.Forbid($"could not determine node from user {GoText.Quote(options.User)}");
        }

        var fault = (attributes.Kind.Group, attributes.Kind.Resource) switch
        {
            ("", "pods") => OfPod(attributes, node),
            ("", "nodes") => OfNode(attributes, node),
            ("", "persistentvolumeclaims") => OfClaim(attributes, node),
            ("coordination.k8s.io", "leases") => OfLease(attributes, node),
            ("storage.k8s.io", "csinodes") => attributes.Key.Name == node ? null : "can only access CSINode with the same name as the requesting node",
            ("resource.k8s.io", "resourceslices") => OfSlice(attributes, node),
            ("certificates.k8s.io", "certificatesigningrequests") => OfCertificate(attributes, node),
            _ => null,
        };
        return fault is null ? null : attributes.Forbid(fault);
    }

    private static string? OfPod(AdmissionAttributes attributes, string node)
    {
        var quoted = GoText.Quote(node);
        return (attributes.Subresource, attributes.Operation) switch
        {
            ("", AdmissionOperation.Create) => OfNewPod(attributes, quoted, node),
            ("", AdmissionOperation.Delete) => IsOn(attributes.OldObject, node) ? null : $"node {quoted} can only delete pods with spec.nodeName set to itself",
            ("status", AdmissionOperation.Update) when !IsOn(attributes.OldObject, node) => $"node {quoted} can only update pod status for pods with spec.nodeName set to itself",
            ("status", AdmissionOperation.Update) when !JsonReading.Same(Labels(attributes.Object), Labels(attributes.OldObject)) =>
                $"node {quoted} cannot update labels through pod status",
            ("status", AdmissionOperation.Update) when !SameClaims(attributes.Object, attributes.OldObject) => $"node {quoted} cannot update resource claim statues",
            ("status", AdmissionOperation.Update) => null,
            ("status", _) => $"unexpected operation {GoText.Quote(attributes.OperationName)}",
            ("eviction", _) => IsOn(attributes.At.View.Read("", "pods", attributes.Key.Namespace, attributes.Key.Name), node)
                ? null
                : $"node {node} can only evict pods with spec.nodeName set to itself",
            ("", _) => $"unexpected operation {GoText.Quote(attributes.OperationName)}, node {quoted} can only create and delete mirror pods",
            _ => $"unexpected pod subresource {GoText.Quote(attributes.Subresource)}, only 'status' and 'eviction' are allowed",
        };
    }

    private static string? OfNewPod(AdmissionAttributes attributes, string quoted, string node)
    {
        var pod = attributes.Object;
        if (!pod.Object("metadata").Object("annotations").Has(Mirror))
        {
            return $"pod does not have {GoText.Quote(Mirror)} annotation, node {quoted} can only create mirror pods";
        }

        var spec = pod.Object("spec");
        return spec.Text("nodeName") != node
            ? $"node {quoted} can only create pods with spec.nodeName set to itself"
            : OfOwner([.. pod.Object("metadata").Items("ownerReferences")], attributes, quoted, node) ?? OfReferences(spec, quoted);
    }

    /// <summary>A mirror pod belongs to its node and to nothing else, so that it goes with it.</summary>
    private static string? OfOwner(List<JsonObject> owners, AdmissionAttributes attributes, string quoted, string node)
    {
        if (owners.Count != 1)
        {
            return $"node {quoted} can only create pods with {(owners.Count == 0 ? "an" : "a single")} owner reference set to itself";
        }

        var owner = owners[0];
        if (owner.Text("apiVersion") != "v1" || owner.Text("kind") != "Node" || owner.Text("name") != node)
        {
            return $"node {quoted} can only create pods with an owner reference set to itself";
        }

        if (!owner.Flag("controller"))
        {
            return $"node {quoted} can only create pods with a controller owner reference set to itself";
        }

        if (owner.Flag("blockOwnerDeletion"))
        {
            return $"node {quoted} must not set blockOwnerDeletion on an owner reference";
        }

        var (claimed, uid) = (owner.Text("uid"), attributes.At.View.Read("", "nodes", "", node).Object("metadata").Text("uid"));
        return claimed == uid ? null : $"node {node} UID mismatch: expected {claimed} got {uid}";
    }

    /// <summary>A kubelet could read whatever a pod on its node refers to; so it may not refer to anything by itself.</summary>
    private static string? OfReferences(JsonObject? spec, string quoted)
    {
        var prefix = $"node {quoted} can not create pods that reference ";
        return spec.Text("serviceAccountName").Length > 0 ? prefix + "a service account"
            : PodReferences.Secrets(spec).Any() ? prefix + "secrets"
            : PodReferences.ConfigMaps(spec).Any() ? prefix + "configmaps"
            : PodReferences.Projections(spec).Any(source => source.Has("clusterTrustBundle")) ? prefix + "clustertrustbundles"
            : spec.Items("volumes").Any(volume => volume.Has("persistentVolumeClaim")) ? prefix + "persistentvolumeclaims"
            : null;
    }

    private static bool SameClaims(JsonObject? pod, JsonObject? old) => Claims(pod).SequenceEqual(Claims(old));

    private static IEnumerable<(string, string)> Claims(JsonObject? pod) => pod.Object("status").Items("resourceClaimStatuses")
        .Select(status => (status.Text("name"), status.Text("resourceClaimName")));

    /// <summary>Of a claim only what a kubelet measures may change.</summary>
    private static string? OfClaim(AdmissionAttributes attributes, string node)
    {
        if (attributes.Subresource != "status")
        {
            return "may only update PVC status";
        }

        if (attributes.Operation != AdmissionOperation.Update)
        {
            return $"unexpected operation {GoText.Quote(attributes.OperationName)}";
        }

        var (now, before) = (Unmeasured(attributes.Object), Unmeasured(attributes.OldObject));
        return JsonReading.Same(now, before)
            ? null
            : $"node {GoText.Quote(node)} is not allowed to update fields other than status.quantity and status.conditions: {GoText.Json(before)} became {GoText.Json(now)}";
    }

    private static JsonObject Unmeasured(JsonObject? claim)
    {
        var copy = claim is null ? [] : (JsonObject)claim.DeepClone();
        foreach (var field in (string[])["resourceVersion", "managedFields"])
        {
            copy.Object("metadata")?.Remove(field);
        }

        foreach (var field in (string[])["capacity", "conditions", "allocatedResourceStatuses", "allocatedResources"])
        {
            copy.Object("status")?.Remove(field);
        }

        return copy;
    }

    private static string? OfSlice(AdmissionAttributes attributes, string node)
    {
        var slice = attributes.Operation == AdmissionOperation.Delete ? attributes.OldObject : attributes.Object;
        var verb = attributes.Operation switch { AdmissionOperation.Create => "create", AdmissionOperation.Delete => "delete", _ => "" };
        return verb.Length == 0 || slice.Object("spec").Text("nodeName") == node ? null : $"can only {verb} ResourceSlice with the same NodeName as the requesting node";
    }

    /// <summary>A kubelet asks for certificates in its own name, or it could become another node.</summary>
    private static string? OfCertificate(AdmissionAttributes attributes, string node)
    {
        var spec = attributes.Object.Object("spec");
        if (attributes is not { Operation: AdmissionOperation.Create, Subresource.Length: 0 }
            || spec.Text("signerName") is not ("kubernetes.io/kubelet-serving" or "kubernetes.io/kube-apiserver-client-kubelet"))
        {
            return null;
        }

        var (request, fault) = SigningRequest.Read(spec.Text("request"));
        return request is null ? $"unable to parse csr: {fault}"
            : request.CommonName != UserPrefix + node ? $"can only create a node CSR with CN={UserPrefix}{node}"
            : null;
    }

    private static string? OfNode(AdmissionAttributes attributes, string node)
    {
        if (attributes.Key.Name != node)
        {
            return $"node {GoText.Quote(node)} is not allowed to modify node {GoText.Quote(attributes.Key.Name)}";
        }

        if (attributes.Operation == AdmissionOperation.Create)
        {
            if (attributes.Object.Object("spec").Has("configSource"))
            {
                return $"node {GoText.Quote(node)} is not allowed to create pods with a non-nil configSource";
            }

            var set = Forbidden(Labels(attributes.Object), null);
            return set.Count == 0 ? null : $"node {GoText.Quote(node)} is not allowed to set the following labels: {string.Join(", ", set)}";
        }

        if (attributes.Operation != AdmissionOperation.Update)
        {
            return null;
        }

        var (obj, old) = (attributes.Object, attributes.OldObject);
        if (obj.Object("spec").Has("configSource") && !JsonReading.Same(obj.Object("spec")?["configSource"], old.Object("spec")?["configSource"]))
        {
            return $"node {GoText.Quote(node)} is not allowed to update configSource to a new non-nil configSource";
        }

        if (!JsonReading.Same(obj.Object("spec")?["taints"], old.Object("spec")?["taints"]))
        {
            return $"node {GoText.Quote(node)} is not allowed to modify taints";
        }

        if (!JsonReading.Same(obj.Object("metadata")?["ownerReferences"], old.Object("metadata")?["ownerReferences"]))
        {
            return $"node {GoText.Quote(node)} is not allowed to modify ownerReferences";
        }

        var modified = Forbidden(Labels(obj), Labels(old));
        return modified.Count == 0 ? null : $"is not allowed to modify labels: {string.Join(", ", modified)}";
    }

    private static string? OfLease(AdmissionAttributes attributes, string node)
    {
        if (attributes.Key.Namespace != LeaseNamespace)
        {
            return $"can only access leases in the {GoText.Quote(LeaseNamespace)} system namespace";
        }

        return attributes.Key.Name == node ? null : "can only access node lease with the same name as the requesting node";
    }

    private static JsonObject? Labels(JsonObject? obj) => obj.Object("metadata").Object("labels");

    private static bool IsOn(JsonObject? pod, string node) => pod.Object("spec").Text("nodeName") == node;

    /// <summary>Labels that differ and that a kubelet may not set: administrators steer pods by them.</summary>
    private static List<string> Forbidden(JsonObject? labels, JsonObject? old) =>
    [
        .. (labels ?? []).Select(label => label.Key).Union((old ?? []).Select(label => label.Key), StringComparer.Ordinal)
            .Where(key => !JsonReading.Same(labels?[key], old?[key]) && IsForbidden(key)).Order(StringComparer.Ordinal),
    ];

    private static bool IsForbidden(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : key[..slash];
        if (IsWithin(domain, RestrictedLabels))
        {
            return true;
        }

        return (IsWithin(domain, "kubernetes.io") || IsWithin(domain, "k8s.io"))
            && !KubeletLabels.Contains(key, StringComparer.Ordinal)
            && !Array.Exists(KubeletNamespaces, allowed => IsWithin(domain, allowed));
    }

    private static bool IsWithin(string domain, string parent) => domain == parent || domain.EndsWith("." + parent, StringComparison.Ordinal);
}
