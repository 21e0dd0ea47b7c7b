using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
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
        if (!options.User.StartsWith(UserPrefix, StringComparison.Ordinal) || !options.Groups.Contains(Nodes, StringComparer.Ordinal))
        {
            return null;
        }

        var node = options.User[UserPrefix.Length..];
        var fault = (attributes.Kind.Group, attributes.Kind.Resource) switch
        {
            ("", "pods") => OfPod(attributes, node),
            ("", "nodes") => OfNode(attributes, node),
            ("", "persistentvolumeclaims") => attributes.Subresource == "status" && attributes.Operation == AdmissionOperation.Update
                ? null
                : $"node {GoText.Quote(node)} may only update PVC status",
            ("coordination.k8s.io", "leases") => OfLease(attributes, node),
            ("storage.k8s.io", "csinodes") => attributes.Key.Name == node ? null : "can only access CSINode with the same name as the requesting node",
            _ => null,
        };
        return fault is null ? null : attributes.Forbid(fault);
    }

    private static string? OfPod(AdmissionAttributes attributes, string node)
    {
        var quoted = GoText.Quote(node);
        return (attributes.Subresource, attributes.Operation) switch
        {
            ("", AdmissionOperation.Create) => OfNewPod(attributes.Object, quoted, node),
            ("", AdmissionOperation.Delete) => IsOn(attributes.OldObject, node) ? null : $"node {quoted} can only delete pods with spec.nodeName set to itself",
            ("status", AdmissionOperation.Update) when !IsOn(attributes.OldObject, node) => $"node {quoted} can only update pod status for pods with spec.nodeName set to itself",
            ("status", AdmissionOperation.Update) when !JsonReading.Same(Labels(attributes.Object), Labels(attributes.OldObject)) =>
                $"node {quoted} cannot update labels through pod status",
            ("status", AdmissionOperation.Update) => null,
            ("eviction", _) => IsOn(attributes.At.View.Read("", "pods", attributes.Key.Namespace, attributes.Key.Name), node)
                ? null
                : $"node {quoted} can only evict pods with spec.nodeName set to itself",
            ("", _) => $"unexpected operation {GoText.Quote(attributes.OperationName)}, node {quoted} can only create and delete mirror pods",
            _ => $"unexpected pod subresource {GoText.Quote(attributes.Subresource)}, only 'status' and 'eviction' are allowed",
        };
    }

    private static string? OfNewPod(JsonObject? pod, string quoted, string node)
    {
        if (!pod.Object("metadata").Object("annotations").Has(Mirror))
        {
            return $"pod does not have {GoText.Quote(Mirror)} annotation, node {quoted} can only create mirror pods";
        }

        var spec = pod.Object("spec");
        if (spec.Text("nodeName") != node)
        {
            return $"node {quoted} can only create pods with spec.nodeName set to itself";
        }

        if (pod.Object("metadata").Items("ownerReferences").Any(owner => owner.Text("kind") != "Node" || owner.Text("name") != node || owner.Flag("blockOwnerDeletion")))
        {
            return $"node {quoted} can only create pods with an owner reference set to itself";
        }

        if (spec.Text("serviceAccountName").Length > 0)
        {
            return $"node {quoted} can not create pods that reference a service account";
        }

        foreach (var volume in spec.Items("volumes"))
        {
            foreach (var (source, what) in new[] { ("secret", "secrets"), ("configMap", "configmaps"), ("persistentVolumeClaim", "persistentvolumeclaims") })
            {
                if (volume.Has(source))
                {
                    return $"node {quoted} can not create pods that reference {what}";
                }
            }
        }

        return null;
    }

    private static string? OfNode(AdmissionAttributes attributes, string node)
    {
        if (attributes.Key.Name != node)
        {
            return $"node {GoText.Quote(node)} is not allowed to modify node {GoText.Quote(attributes.Key.Name)}";
        }

        if (attributes.Operation == AdmissionOperation.Create)
        {
            var set = Forbidden(Labels(attributes.Object), null);
            return set.Count == 0 ? null : $"node {GoText.Quote(node)} is not allowed to set the following labels: {string.Join(", ", set)}";
        }

        if (attributes.Operation != AdmissionOperation.Update)
        {
            return null;
        }

        var (obj, old) = (attributes.Object, attributes.OldObject);
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
