using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Namespaces;

/// <summary>Sees to it that every namespace has the service account that its pods run as when they name none.</summary>
/// <remarks>Upstream: pkg/controller/serviceaccount.</remarks>
internal sealed class DefaultServiceAccount : IReconciler
{
    private const string AccountName = "default";

    public string Name => "serviceaccount-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Namespaces, Resources.ServiceAccounts];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) =>
        after.Key.GroupResource == Resources.Namespaces ? [after.Key]
        : removed && after.Key.Name == AccountName ? [Resources.Namespaces.Key("", after.Key.Namespace)]
        : [];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Namespaces).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        var account = Resources.ServiceAccounts.Key(key.Name, AccountName);
        if (view.Get<V1Namespace>(key) is not { IsDeleting: false } || view.Get(account) is not null)
        {
            return Plan.Nothing;
        }

        var document = new JsonObject
        {
            ["apiVersion"] = Kinds.ServiceAccount.ApiVersion,
            ["kind"] = Kinds.ServiceAccount.Kind,
            ["metadata"] = new JsonObject { ["name"] = AccountName, ["namespace"] = key.Name },
        };
        return new Plan { Writes = [new PlannedWrite.Create(account, document)] };
    }
}
