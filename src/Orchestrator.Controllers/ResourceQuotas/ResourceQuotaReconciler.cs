using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Quotas;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.ResourceQuotas;

/// <summary>Counts what namespaces use of their quotas, and puts the limits of a quota in force.</summary>
/// <remarks>
/// Upstream: pkg/controller/resourcequota. What is created is charged in its own commit; this gives back what is deleted or ends.
/// The quota is read before the objects and written at the revision that was read: a charge between the two makes the write a conflict, so
/// that a count never takes a charge back.
/// </remarks>
internal sealed class ResourceQuotaReconciler : IReconciler
{
    private static readonly GroupResource Quotas = new("", "resourcequotas");

    /// <summary>When every silo's admission surely knows of new limits: what came meanwhile without a charge is counted then.</summary>
    private static readonly TimeSpan InForceEverywhere = TimeSpan.FromSeconds(5);

    public string Name => "resourcequota-controller";

    /// <summary>All: a quota may count objects of any kind.</summary>
    public IReadOnlyList<GroupResource> Watches { get; } = [];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Quotas)
        {
            // Every charge changes a status; only a new spec, or a status that somebody else wrote, asks for a count.
            return removed || (before is not null && IsCharge(before, after)) ? [] : [after.Key];
        }

        // What is new was charged for in its own commit.
        if (after.Key.Namespace.Length == 0 || (before is null && !removed) || view.List(Quotas, after.Key.Namespace) is not { Count: > 0 } quotas)
        {
            return [];
        }

        return removed || QuotaCount.GivesBack(before!, after)
            ? quotas.Where(quota => QuotaCount.Resources(Typed.Document(quota)["spec"]?["hard"] as JsonObject).Contains(after.Key.GroupResource))
                .Select(quota => quota.Key)
            : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Quotas).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } stored)
        {
            return Plan.Nothing;
        }

        var quota = Typed.Document(stored);
        if (quota["metadata"]?["deletionTimestamp"] is not null)
        {
            return Plan.Nothing;
        }

        var desired = QuotaCount.Status(quota, key.Namespace, view, now);
        if (MergePatches.Status(quota["status"] as JsonObject, desired, ["hard", "used"]) is not { } patch)
        {
            return Plan.Nothing;
        }

        return new Plan
        {
            Writes = [new PlannedWrite.Patch(key, patch, "status", stored.Revision.ToString())],
            RequeueAfter = patch["status"]?["hard"] is null ? null : InForceEverywhere,
        };
    }

    private static bool IsCharge(StoredObject before, StoredObject after)
    {
        var (old, now) = (Typed.Document(before), Typed.Document(after));
        return JsonNode.DeepEquals(old["spec"], now["spec"]) && JsonNode.DeepEquals(old["status"]?["hard"], now["status"]?["hard"])
            && JsonNode.DeepEquals(now["spec"]?["hard"], now["status"]?["hard"]);
    }
}
