using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Services;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Services;

/// <summary>Has every Service claim the cluster IP and node ports that it has: those of a cluster, or of a backup, of before there were claims, and
/// those whose IPAddress was deleted.</summary>
/// <remarks>Upstream: the repair loops of pkg/registry/core/service (ipallocator/controller, portallocator/controller), a part of the API server. The
/// write that changes nothing goes the Service's own way, where the claims are made in its commit.</remarks>
internal sealed class MissingClaims : IReconciler
{
    public string Name => "service-claims";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Services, ServiceClaims.Addresses];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.Services)
        {
            // What it has may have changed; whether it is claimed is cheap to see.
            return removed ? [] : [after.Key];
        }

        return removed && ServiceClaims.Owner(after) is { } owner ? [owner] : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) =>
        view.List(Resources.Services).Where(service => ServiceClaims.Missing(service, view).Any()).Select(service => service.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } service)
        {
            return Plan.Nothing;
        }

        var writes = new List<PlannedWrite>();
        if (ServiceClaims.Missing(service, view).Any())
        {
            writes.Add(new PlannedWrite.Patch(key, []) { FieldManager = Name });
        }

        var uid = (string?)Typed.Document(service)["metadata"]?["uid"] ?? "";
        writes.AddRange(ServiceClaims.Contested(service, view).Select(claim => new PlannedWrite.Event(
            key,
            new GroupVersionKind("", "v1", "Service"),
            uid,
            "Warning",
            claim.GroupResource == ServiceClaims.Addresses ? "ClusterIPAlreadyAllocated" : "PortAlreadyAllocated",
            claim.GroupResource == ServiceClaims.Addresses
                ? $"Cluster IP {claim.Name} was assigned to multiple services; please recreate service"
                : $"Port {claim.Name} was assigned to multiple services; please recreate service")));
        return new Plan { Writes = writes };
    }
}
