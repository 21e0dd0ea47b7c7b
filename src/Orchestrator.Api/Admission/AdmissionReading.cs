using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Admission;

/// <summary>What several plugins ask of a request and of the cluster.</summary>
internal static class AdmissionReading
{
    private static readonly GroupResource Pods = new("", "pods");

    /// <summary>Whether a pod itself (not a subresource of it) is created.</summary>
    public static bool CreatesPod(this AdmissionAttributes attributes) => attributes.IsPod() && attributes.Operation == AdmissionOperation.Create;

    /// <summary>Whether a pod itself (not a subresource of it) is created or changed.</summary>
    public static bool WritesPod(this AdmissionAttributes attributes) => attributes.IsPod() && attributes.Operation is AdmissionOperation.Create or AdmissionOperation.Update;

    /// <summary>The refusal of this request.</summary>
    public static ApiStatus Forbid(this AdmissionAttributes attributes, string detail) =>
        Statuses.Forbidden(attributes.Kind.GroupResource, attributes.ShownName(), detail);

    /// <summary>The name in messages: an object whose name is still to be generated is told by the beginning of it.</summary>
    /// <remarks>Upstream: extractResourceName of apiserver/pkg/admission/errors.go.</remarks>
    private static string ShownName(this AdmissionAttributes attributes)
    {
        if (attributes.Key.Name.Length > 0)
        {
            return attributes.Key.Name;
        }

        var metadata = attributes.Object.Object("metadata");
        return metadata.Text("name") is { Length: > 0 } name ? name : metadata.Text("generateName") is { Length: > 0 } prefix ? prefix : "Unknown";
    }

    /// <summary>An object of the cluster, or null.</summary>
    public static JsonObject? Read(this IClusterView view, string group, string resource, string ns, string name) =>
        view.Get(new ObjectKey(group, resource, ns, name))?.ToJson();

    /// <summary>The document as a tree.</summary>
    public static JsonObject? ToJson(this StoredObject stored) => JsonNode.Parse(stored.Document.Span) as JsonObject;

    private static bool IsPod(this AdmissionAttributes attributes) =>
        attributes.Kind.GroupResource == Pods && attributes.Subresource.Length == 0;
}
