using System.Text.Json.Nodes;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Machinery;

/// <summary>Takes objects of the built-in kinds from the version of a request to that of the store and back.</summary>
/// <remarks>Custom resources are decided in the version of the request: see <see cref="CustomResources.CustomDocuments"/>.</remarks>
public static class VersionConversion
{
    /// <summary>Makes an object of the request's version one of the stored version, in place. Custom resources have a way of their own into the store.</summary>
    public static void ToStorage(JsonObject obj, ResourceKind kind)
    {
        if (kind.Custom is not null)
        {
            return;
        }

        if (kind.Group == "events.k8s.io")
        {
            EventConversion.ToCore(obj);
        }
        else if (kind is { Group: "autoscaling", Version: "v1" })
        {
            AutoscalerConversion.ToV2(obj);
        }

        obj["apiVersion"] = kind.StorageApiVersion;
    }

    /// <summary>Makes a stored object one of the request's version, in place.</summary>
    public static void FromStorage(JsonObject obj, ResourceKind kind)
    {
        if (kind.Custom is not null)
        {
            return;
        }

        if (kind.Group == "events.k8s.io")
        {
            EventConversion.FromCore(obj);
        }
        else if (kind is { Group: "autoscaling", Version: "v1" })
        {
            AutoscalerConversion.ToV1(obj);
        }

        obj["apiVersion"] = kind.ApiVersion;
    }

    /// <summary>True: objects of this version are not written as they are stored, so that readers must convert.</summary>
    public static bool IsNeeded(ResourceKind kind) => kind.Custom is null && kind.ApiVersion != kind.StorageApiVersion;
}
