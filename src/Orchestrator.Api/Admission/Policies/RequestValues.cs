using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Registry;
using Orchestrator.Cel;
using Orchestrator.Cel.Json;
using Orchestrator.Cel.Libraries;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>The values that expressions see of a request.</summary>
internal static class RequestValues
{
    private static readonly string[] ShownOfMetadata =
        ["name", "generateName", "namespace", "labels", "annotations", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation",
            "finalizers"];

    /// <summary>The variables of a request, told as one about a kind.</summary>
    public static CelActivation Of(AdmissionAttributes attributes, ResourceKind kind)
    {
        var authorizer = new RbacAuthorizer(attributes.At.View, attributes.Options);
        return new CelActivation()
            .SetLazy("object", () => JsonCel.ToValue(AdmissionRequests.Present(attributes.Object, kind, attributes)))
            .SetLazy("oldObject", () => JsonCel.ToValue(AdmissionRequests.Present(attributes.OldObject, kind, attributes)))
            .SetLazy("request", () => JsonCel.ToValue(Request(attributes, kind)))
            .SetLazy("namespaceObject", () => JsonCel.ToValue(Namespace(attributes)))
            .SetLazy("authorizer", () => CelAuthorization.Authorizer(authorizer))
            .SetLazy("authorizer.requestResource", () => CelAuthorization.RequestResource(
                authorizer, kind.Group, kind.Resource, attributes.Subresource, attributes.Key.Namespace, attributes.Key.Name));
    }

    /// <summary>The request without the objects, which have variables of their own.</summary>
    private static JsonObject Request(AdmissionAttributes attributes, ResourceKind kind)
    {
        var request = AdmissionRequests.Describe(attributes, kind);
        request.Remove("object");
        request.Remove("oldObject");
        return request;
    }

    /// <summary>The namespace of the request, as much of it as expressions may see.</summary>
    private static JsonObject? Namespace(AdmissionAttributes attributes)
    {
        // A Namespace is in none, although its request says so.
        if (attributes.Key.Namespace.Length == 0 || attributes.At.View.Read("", "namespaces", "", attributes.Key.Namespace) is not { } found)
        {
            return null;
        }

        var metadata = new JsonObject();
        foreach (var field in ShownOfMetadata.Where(field => found.Object("metadata").Has(field)))
        {
            metadata[field] = found.Object("metadata")![field]!.DeepClone();
        }

        return new JsonObject
        {
            ["kind"] = "Namespace",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["spec"] = found["spec"]?.DeepClone() ?? new JsonObject(),
            ["status"] = found["status"]?.DeepClone() ?? new JsonObject(),
        };
    }
}
