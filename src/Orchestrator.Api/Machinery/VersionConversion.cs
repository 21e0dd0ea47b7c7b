using System.Text.Json.Nodes;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Machinery;

/// <summary>Takes objects from the version of a request to that of the store and back.</summary>
public static class VersionConversion
{
    /// <summary>Makes an object of the request's version one of the stored version, in place.</summary>
    public static void ToStorage(JsonObject obj, ResourceKind kind)
    {
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
    public static bool IsNeeded(ResourceKind kind) => kind.ApiVersion != kind.StorageApiVersion;
}
