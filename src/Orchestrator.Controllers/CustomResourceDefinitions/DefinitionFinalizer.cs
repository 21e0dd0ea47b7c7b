using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.CustomResourceDefinitions;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.CustomResourceDefinitions;

/// <summary>Deletes the objects of a definition that is being deleted, and lets it go when none is left.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/controller/finalizer/crd_finalizer.go.</remarks>
internal sealed class DefinitionFinalizer : IReconciler
{
    /// <summary>Deletes in one pass; the rest follows in the next.</summary>
    public const int MaxDeletes = 500;

    private const string Server = "kube-apiserver";

    // Looking again is cheaper than hearing of every change in the cluster.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>For so long another silo may not know yet that the definition goes, and let in an object that nobody would delete. Upstream waits five seconds.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1);

    public string Name => "crd-finalizer";

    public IReadOnlyList<GroupResource> Watches { get; } = [CustomDefinition.Resource];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) => removed ? [] : [after.Key];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(CustomDefinition.Resource).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } stored || Typed.Meta(stored) is not { DeletionTimestamp: { } deleted } meta || meta.Finalizers?.Contains(DefinitionCleanup.Finalizer) != true)
        {
            return Plan.Nothing;
        }

        var left = view.List(CustomDefinition.Read(stored).Defined);
        if (left.Count == 0)
        {
            return now < deleted.Instant() + SettleTime
                ? new Plan { RequeueAfter = LookAgain }
                : new Plan { Writes = [WithoutFinalizer(stored, meta.Finalizers)] };
        }

        var writes = new List<PlannedWrite>();
        var status = Typed.Document(stored)["status"] as JsonObject ?? [];
        var conditions = new DefinitionConditions(status["conditions"] as JsonArray, now);
        conditions.Set(DefinitionCleanup.Condition, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
        if (MergePatches.Status(status, new JsonObject { ["conditions"] = conditions.Document }, ["conditions"]) is { } patch)
        {
            writes.Add(new PlannedWrite.Patch(key, patch, "status", stored.Revision.ToString()) { FieldManager = Server });
        }

        writes.AddRange(left
            .Where(instance => Typed.Meta(instance).DeletionTimestamp is null)
            .Take(MaxDeletes)
            .Select(instance => new PlannedWrite.Delete(instance.Key, Typed.Meta(instance).Uid)));
        return new Plan { Writes = writes, RequeueAfter = LookAgain };
    }

    private static PlannedWrite.Patch WithoutFinalizer(StoredObject stored, IEnumerable<string> finalizers)
    {
        var rest = finalizers.Where(finalizer => finalizer != DefinitionCleanup.Finalizer).Select(finalizer => (JsonNode?)finalizer).ToArray();
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = rest.Length == 0 ? null : new JsonArray(rest) } };
        return new PlannedWrite.Patch(stored.Key, patch, "", stored.Revision.ToString()) { FieldManager = Server };
    }
}
