using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Storage;

/// <summary>The finalizers by which storage in use outlives the wish to delete it: admission sets them, the two controllers here take them away.</summary>
internal static class Protection
{
    public const string OfClaims = "kubernetes.io/pvc-protection";
    public const string OfVolumes = "kubernetes.io/pv-protection";

    /// <summary>Takes the finalizer away from an object that goes and is no longer used; gives it to one that stays and lacks it.</summary>
    public static Plan Decide(StoredObject stored, string finalizer, Func<bool> isUsed)
    {
        var metadata = Typed.Meta(stored);
        var finalizers = metadata.Finalizers ?? [];
        var isProtected = finalizers.Contains(finalizer);
        var isDeleting = metadata.DeletionTimestamp is not null;
        if (isProtected == !isDeleting || (isDeleting && (!isProtected || isUsed())))
        {
            return Plan.Nothing;
        }

        var wanted = isDeleting ? finalizers.Where(other => other != finalizer) : finalizers.Append(finalizer);
        var list = new JsonArray([.. wanted.Select(name => (JsonNode?)name)]);
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = list.Count == 0 ? null : list } };
        return new Plan { Writes = [new PlannedWrite.Patch(stored.Key, patch, "", stored.Revision.ToString())] };
    }
}
