using System.Collections.Frozen;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Selectors;

/// <summary>Which fields a kind can be selected by, and their values in a document.</summary>
/// <remarks>Upstream: the field label conversions and GetAttrs/ToSelectableFields of each kind (pkg/apis/*/v1/conversion.go, pkg/registry).</remarks>
public static class SelectableFields
{
    private const string Name = "metadata.name";
    private const string Namespace = "metadata.namespace";

    private static readonly FrozenDictionary<GroupResource, SelectableField[]> ByResource = new Dictionary<GroupResource, SelectableField[]>
    {
        [new("", "pods")] =
        [
            new("spec.nodeName"), new("spec.restartPolicy"), new("spec.schedulerName"), new("spec.serviceAccountName"),
            new("spec.hostNetwork", WhenAbsent: "false"), new("status.phase"), new("status.podIP"),
            new("status.podIPs", Paths: []), new("status.nominatedNodeName"),
        ],
        [new("", "nodes")] = [new("spec.unschedulable", WhenAbsent: "false")],
        [new("", "namespaces")] = [new("status.phase")],
        [new("", "secrets")] = [new("type")],
        [new("", "services")] = [new("spec.clusterIP"), new("spec.type")],
        [new("", "replicationcontrollers")] = [new("status.replicas", WhenAbsent: "0")],
        [new("apps", "replicasets")] = [new("status.replicas", WhenAbsent: "0")],
        [new("apps", "statefulsets")] = [new("status.successful", Paths: [])],
        [new("batch", "jobs")] = [new("status.successful", WhenAbsent: "0", Paths: ["status.succeeded"])],
        [new("resource.k8s.io", "resourceslices")] = [new("spec.nodeName"), new("spec.driver")],
        [new("certificates.k8s.io", "certificatesigningrequests")] = [new("spec.signerName")],
        [new("", "events")] = EventFields("involvedObject"),
        [new("events.k8s.io", "events")] = [.. EventFields("involvedObject"), .. EventFields("regarding"), new("reportingController", Paths: ["reportingComponent", "reportingController"])],
    }.ToFrozenDictionary();

    /// <summary>The fields that a kind can be selected by.</summary>
    public static IReadOnlyList<string> For(GroupResource resource) =>
        [Name, Namespace, .. ByResource.TryGetValue(resource, out var fields) ? fields.Select(field => field.Path) : []];

    /// <summary>Upstream's sentence when a kind cannot be selected by a field; null when it can.</summary>
    public static string? Fault(GroupResource resource, string kind, string field)
    {
        if (field is Name or Namespace)
        {
            return null;
        }

        if (!ByResource.TryGetValue(resource, out var fields))
        {
            return $"\"{field}\" is not a known field selector: only \"{Name}\", \"{Namespace}\"";
        }

        if (Find(fields, field) is not null)
        {
            return null;
        }

        return resource.Group switch
        {
            "batch" => $"field label \"{field}\" not supported for {kind}",
            "apps" => $"field label not supported for appsv1.{kind}: {field}",
            "resource.k8s.io" => $"field label not supported for resource.k8s.io/v1, Kind={kind}: {field}",
            _ => $"field label not supported: {field}",
        };
    }

    /// <summary>The value of a field as selectors compare it; empty when the document does not have it.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="document">The object's UTF-8 document.</param>
    /// <param name="field">The path of the field; of a custom resource any path may be asked for.</param>
    public static string Value(GroupResource resource, ReadOnlySpan<byte> document, string field)
    {
        if (!ByResource.TryGetValue(resource, out var fields) || Find(fields, field) is not { } known)
        {
            return DocumentText.Field(document, field) ?? "";
        }

        foreach (var path in known.Paths ?? [field])
        {
            if (DocumentText.Field(document, path) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return known.WhenAbsent;
    }

    private static SelectableField? Find(SelectableField[] fields, string path) => Array.Find(fields, field => field.Path == path);

    /// <summary>Events are read in two shapes, core/v1 and events.k8s.io/v1; a document may be stored in either.</summary>
    private static SelectableField[] EventFields(string involved)
    {
        string[] parts = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
        return
        [
            .. parts.Select(part => new SelectableField(involved + "." + part, Paths: ["involvedObject." + part, "regarding." + part])),
            new("reason"),
            new("reportingComponent", Paths: ["reportingComponent", "reportingController"]),
            new("source", Paths: ["source.component", "deprecatedSource.component", "reportingComponent", "reportingController"]),
            new("type"),
        ];
    }

    /// <param name="Path">How the selector names the field.</param>
    /// <param name="WhenAbsent">The value when the document has none.</param>
    /// <param name="Paths">Where it stands in the document, first match wins; null: where its name says.</param>
    private sealed record SelectableField(string Path, string WhenAbsent = "", string[]? Paths = null);
}
