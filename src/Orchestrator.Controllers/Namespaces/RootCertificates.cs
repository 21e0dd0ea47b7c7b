using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Namespaces;

/// <summary>Publishes the cluster's CA to every namespace, for pods to trust the API by.</summary>
/// <remarks>Upstream: pkg/controller/certificates/rootcacertpublisher.</remarks>
/// <param name="pem">The CA.</param>
internal sealed class RootCertificates(string pem) : IReconciler
{
    private const string MapName = "kube-root-ca.crt";
    private const string Description = "kubernetes.io/description";

    private const string DescriptionText =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or "
        + "kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

    public string Name => "root-ca-cert-publisher";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Namespaces, Resources.ConfigMaps];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) =>
        after.Key.GroupResource == Resources.Namespaces ? [after.Key]
        : after.Key.Name == MapName ? [Resources.Namespaces.Key("", after.Key.Namespace)]
        : [];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Namespaces).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1Namespace>(key) is not { IsDeleting: false })
        {
            return Plan.Nothing;
        }

        var map = Resources.ConfigMaps.Key(key.Name, MapName);
        var content = new JsonObject { ["ca.crt"] = pem };
        if (view.Get<V1ConfigMap>(map) is not { } published)
        {
            var document = new JsonObject
            {
                ["apiVersion"] = Kinds.ConfigMap.ApiVersion,
                ["kind"] = Kinds.ConfigMap.Kind,
                ["metadata"] = new JsonObject
                {
                    ["name"] = MapName,
                    ["namespace"] = key.Name,
                    ["annotations"] = new JsonObject { [Description] = DescriptionText },
                },
                ["data"] = content,
            };
            return new Plan { Writes = [new PlannedWrite.Create(map, document)] };
        }

        var patch = MergePatches.Difference(Typed.Document(published.Stored), new JsonObject { ["data"] = content }, ["data"]);
        return patch.Count == 0 ? Plan.Nothing : new Plan { Writes = [new PlannedWrite.Patch(map, patch, "", published.ResourceVersion)] };
    }
}
