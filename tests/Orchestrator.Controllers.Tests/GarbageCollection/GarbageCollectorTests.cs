using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Controllers.GarbageCollection;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;
using static Orchestrator.TestKit.Builders.Make;

namespace Orchestrator.Controllers.Tests.GarbageCollection;

public sealed class GarbageCollectorTests
{
    private static readonly GroupResource Sets = new("apps", "replicasets");
    private static readonly GroupResource PodResource = new("", "pods");
    private static readonly ObjectKey Pod = new("", "pods", "default", "a");
    private static readonly ObjectKey Owner = new("apps", "replicasets", "default", "web");
    private readonly FakeCluster _cluster = new();
    private readonly GarbageCollector _collector = new(() => KindRegistry.BuiltIn);

    [Fact]
    public void A_dependent_whose_owner_is_gone_is_deleted_and_one_whose_owner_lives_is_not()
    {
        var owner = PutOwner();
        PutPod(blocks: true);
        Assert.Empty(Reconcile(Pod).Writes);
        _cluster.Remove(Owner);
        Assert.Equal([Pod], _collector.KeysFor(owner, owner, removed: true, _cluster));
        Assert.True(_cluster.Apply(Reconcile(Pod)));
        Assert.Null(_cluster.Get(Pod));
    }

    [Fact]
    public void An_owner_of_the_same_name_but_another_uid_does_not_count()
    {
        PutPod(blocks: true);
        _cluster.Put(Sets, """{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web","namespace":"default","uid":"another"},"spec":{}}""");
        Assert.Equal("Background", Assert.IsType<PlannedWrite.Delete>(Assert.Single(Reconcile(Pod).Writes)).PropagationPolicy);
    }

    [Fact]
    public void A_foreground_deletion_takes_blocking_dependents_first_and_then_lets_the_owner_go()
    {
        PutOwner("foregroundDeletion");
        PutPod(blocks: true);
        Assert.True(_cluster.Apply(Reconcile(Owner)));
        Assert.Null(_cluster.Get(Pod));
        Assert.NotNull(_cluster.Get(Owner));
        Assert.True(_cluster.Apply(Reconcile(Owner)));
        Assert.Null(_cluster.Get(Owner));
    }

    [Fact]
    public void An_orphaning_deletion_frees_the_dependents_and_then_lets_the_owner_go()
    {
        PutOwner("orphan");
        PutPod(blocks: true);
        Assert.True(_cluster.Apply(Reconcile(Owner)));
        Assert.Null(_cluster.Get(Owner));
        Assert.Null(_cluster.Read(Pod)["metadata"]!["ownerReferences"]);
        Assert.Empty(Reconcile(Pod).Writes);
    }

    private Plan Reconcile(ObjectKey key) => _collector.Reconcile(key, _cluster, _cluster.Now);

    private Api.Machinery.StoredObject PutOwner(string? finalizer = null)
    {
        var document = JsonNode.Parse("""{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web","namespace":"default","uid":"rs-uid"},"spec":{}}""")!.AsObject();
        if (finalizer is not null)
        {
            document["metadata"]!["finalizers"] = new JsonArray(finalizer);
            document["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        }

        return _cluster.Put(Sets, document);
    }

    private void PutPod(bool blocks)
    {
        var document = MakePod("a").OwnedBy("apps/v1", "ReplicaSet", "web", "rs-uid").Build();
        document["metadata"]!["ownerReferences"]![0]!["blockOwnerDeletion"] = blocks;
        _cluster.Put(PodResource, document);
    }
}
