using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Controllers.Namespaces;
using Orchestrator.Controllers.Tests.Harness;
using static Orchestrator.TestKit.Builders.Make;

namespace Orchestrator.Controllers.Tests.Namespaces;

public sealed class NamespaceReconcilerTests
{
    private static readonly ObjectKey Key = new("", "namespaces", "", "team");
    private static readonly ObjectKey Map = new("", "configmaps", "team", "kube-root-ca.crt");
    private readonly FakeCluster _cluster = new();

    [Fact]
    public void A_namespace_that_goes_is_emptied_pods_first_and_then_finalized()
    {
        var reconciler = new NamespaceReconciler(() => KindRegistry.BuiltIn);
        Put(deleting: true);
        _cluster.Put(new GroupResource("", "pods"), MakePod("a", "team").Build());
        _cluster.Put(Map.GroupResource, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt","namespace":"team"}}""");

        _cluster.Apply(reconciler.Reconcile(Key, _cluster, _cluster.Now));
        Assert.Null(_cluster.Get(new ObjectKey("", "pods", "team", "a")));
        Assert.NotNull(_cluster.Get(Map));
        Assert.Equal("Terminating", (string?)_cluster.Read(Key)["status"]!["phase"]);

        _cluster.Apply(reconciler.Reconcile(Key, _cluster, _cluster.Now));
        Assert.Null(_cluster.Get(Map));
        var last = reconciler.Reconcile(Key, _cluster, _cluster.Now);
        var patch = Assert.IsType<Plans.PlannedWrite.Patch>(Assert.Single(last.Writes));
        Assert.Equal("finalize", patch.Subresource);
        Assert.Equal("""{"spec":{"finalizers":[]}}""", patch.MergePatch.ToJsonString());
    }

    [Fact]
    public void A_live_namespace_gets_its_account_and_the_cluster_certificates_once()
    {
        Put(deleting: false);
        IReconciler[] both = [new DefaultServiceAccount(), new RootCertificates("PEM")];
        foreach (var reconciler in both)
        {
            Assert.True(_cluster.Apply(reconciler.Reconcile(Key, _cluster, _cluster.Now)));
            Assert.Empty(reconciler.Reconcile(Key, _cluster, _cluster.Now).Writes);
        }

        Assert.NotNull(_cluster.Get(new ObjectKey("", "serviceaccounts", "team", "default")));
        _cluster.Change(Map, document => document["data"]!["ca.crt"] = "forged");
        Assert.True(_cluster.Apply(both[1].Reconcile(Key, _cluster, _cluster.Now)));
        Assert.Equal("PEM", (string?)_cluster.Read(Map)["data"]!["ca.crt"]);
    }

    private void Put(bool deleting) => _cluster.Put(Key.GroupResource, deleting
        ? """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"finalizers":["kubernetes"]}}"""
        : """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"},"spec":{"finalizers":["kubernetes"]}}""");
}
