using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>A request as an AdmissionReview tells it, to webhooks and to the expressions of policies.</summary>
/// <remarks>Upstream: admission/v1 AdmissionRequest and webhook/request/admissionreview.go.</remarks>
internal static class AdmissionRequests
{
    private static readonly GroupResource Namespaces = new("", "namespaces");

    /// <summary>The request, with the objects in the version of a kind; without uid.</summary>
    public static JsonObject Describe(AdmissionAttributes attributes, ResourceKind kind)
    {
        var options = attributes.Options;
        var request = new JsonObject
        {
            ["kind"] = Kind(Shown(kind, attributes.Subresource)),
            ["resource"] = Resource(kind),
        };
        Set(request, "subResource", attributes.Subresource);
        request["requestKind"] = Kind(Shown(attributes.Kind, attributes.Subresource));
        request["requestResource"] = Resource(attributes.Kind);
        Set(request, "requestSubResource", attributes.Subresource);
        Set(request, "name", attributes.Key.Name);

        // A Namespace is told as being in itself.
        Set(request, "namespace", attributes.Kind.StorageResource == Namespaces ? attributes.Key.Name : attributes.Key.Namespace);
        request["operation"] = attributes.OperationName;
        request["userInfo"] = User(options);
        request["object"] = Present(attributes.Object, kind, attributes);
        request["oldObject"] = Present(attributes.OldObject, kind, attributes);
        request["dryRun"] = options.DryRun;
        request["options"] = attributes.Operation == AdmissionOperation.Connect ? null : attributes.Request?.DeepClone() ?? OptionsOf(attributes);
        return request;
    }

    /// <summary>An object in the version of a kind; null stays null.</summary>
    public static JsonObject? Present(JsonObject? obj, ResourceKind kind, AdmissionAttributes attributes)
    {
        if (obj is null)
        {
            return null;
        }

        if (attributes.Subresource == "scale")
        {
            return ScaleDocuments.Read((JsonObject)obj.DeepClone(), default);
        }

        var shown = (JsonObject)obj.DeepClone();
        if (attributes.HasObjectOfKind)
        {
            VersionConversion.FromStorage(shown, kind);
        }

        return shown;
    }

    private static GroupVersionKind Shown(ResourceKind kind, string subresource) =>
        subresource.Length > 0 && kind.Subresource(subresource) is { } found ? found.Response : kind.GroupVersionKind;

    private static JsonObject User(WriteOptions options)
    {
        var user = new JsonObject { ["username"] = options.User };
        Set(user, "uid", options.UserUid);
        if (options.Groups.Count > 0)
        {
            user["groups"] = new JsonArray([.. options.Groups.Select(group => JsonValue.Create(group))]);
        }

        if (options.UserExtra.Count > 0)
        {
            user["extra"] = Extra(options);
        }

        return user;
    }

    /// <summary>What is known of the user beyond name, uid and groups, in the order of the names.</summary>
    public static JsonObject Extra(WriteOptions options) => new(options.UserExtra.OrderBy(extra => extra.Key, StringComparer.Ordinal)
        .Select(extra => KeyValuePair.Create<string, JsonNode?>(extra.Key, new JsonArray([.. extra.Value.Select(value => JsonValue.Create(value))]))));

    private static JsonObject OptionsOf(AdmissionAttributes attributes)
    {
        var options = new JsonObject
        {
            ["kind"] = attributes.Operation switch
            {
                AdmissionOperation.Create => "CreateOptions",
                AdmissionOperation.Update => "UpdateOptions",
                _ => "DeleteOptions",
            },
            ["apiVersion"] = "meta.k8s.io/v1",
        };
        if (attributes.Options.DryRun)
        {
            options["dryRun"] = new JsonArray("All");
        }

        if (attributes.Operation != AdmissionOperation.Delete)
        {
            Set(options, "fieldManager", attributes.Options.FieldManager);
            Set(options, "fieldValidation", attributes.Options.FieldValidation);
        }

        return options;
    }

    private static JsonObject Kind(GroupVersionKind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };

    private static JsonObject Resource(ResourceKind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["resource"] = kind.Resource };

    private static void Set(JsonObject target, string name, string value)
    {
        if (value.Length > 0)
        {
            target[name] = value;
        }
    }
}
