using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Nodes;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;
using static Orchestrator.TestKit.Builders.Make;

namespace Orchestrator.Controllers.Tests.Nodes;

public sealed class NodeLifecycleTests
{
    private const string Five = """{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}""";
    private static readonly ObjectKey Key = new("", "nodes", "", "n1");
    private static readonly ObjectKey Pod = new("", "pods", "default", "a");
    private readonly FakeCluster _cluster = new();
    private readonly NodeLifecycle _lifecycle = new();

    [Fact]
    public void A_lost_node_is_tainted_its_pods_marked_and_evicted_when_their_toleration_ends()
    {
        _cluster.Put(Key.GroupResource, MakeNode("n1").Condition("Ready", "Unknown").Build());
        _cluster.Put(Pod.GroupResource, MakePod("a").OnNode("n1").Phase("Running").Ready().Tolerates(Five).Build());
        _cluster.Put(Pod.GroupResource, MakePod("intolerant").OnNode("n1").Phase("Running").Build());

        var first = _lifecycle.Reconcile(Key, _cluster, _cluster.Now);
        Assert.Equal(TimeSpan.FromSeconds(300), first.RequeueAfter);
        Assert.True(_cluster.Apply(first));
        Assert.Equal(["NoSchedule", "NoExecute"], _cluster.Read(Key)["spec"]!["taints"]!.AsArray().Select(taint => (string?)taint!["effect"]));
        Assert.Equal("False", (string?)_cluster.Read(Pod)["status"]!["conditions"]![0]!["status"]);
        Assert.Equal("intolerant", first.Writes.OfType<PlannedWrite.Delete>().Single().Key.Name);

        _cluster.Now += TimeSpan.FromSeconds(300);
        Assert.Contains(_lifecycle.Reconcile(Key, _cluster, _cluster.Now).Writes, write => write is PlannedWrite.Delete delete && delete.Key == Pod);
    }

    [Fact]
    public void A_node_that_is_back_loses_our_taints_and_keeps_the_others()
    {
        _cluster.Put(Key.GroupResource, MakeNode("n1")
            .Taint("node.kubernetes.io/unreachable", "", "NoExecute").Taint("node.kubernetes.io/unreachable", "", "NoSchedule").Taint("mine", "x", "NoSchedule").Build());
        Assert.True(_cluster.Apply(_lifecycle.Reconcile(Key, _cluster, _cluster.Now)));
        Assert.Equal("mine", (string?)Assert.Single(_cluster.Read(Key)["spec"]!["taints"]!.AsArray())!["key"]);
        Assert.Empty(_lifecycle.Reconcile(Key, _cluster, _cluster.Now).Writes);
    }

    [Fact]
    public void Pods_of_nodes_that_are_gone_are_removed_at_once()
    {
        _cluster.Put(Key.GroupResource, MakeNode("n1").Build());
        _cluster.Put(Pod.GroupResource, MakePod("a").OnNode("n1").Phase("Running").Build());
        _cluster.Put(Pod.GroupResource, MakePod("lost").OnNode("gone").Created("2025-12-31T00:00:00Z").Phase("Running").Build());
        var collector = new PodGarbageCollector();
        var delete = Assert.IsType<PlannedWrite.Delete>(Assert.Single(collector.Reconcile(collector.AllKeys(_cluster).Single(), _cluster, _cluster.Now).Writes));
        Assert.Equal(("lost", 0L), (delete.Key.Name, delete.GracePeriodSeconds));
    }

    [Fact]
    public void A_new_pod_waits_for_its_node_for_a_while()
    {
        _cluster.Put(Pod.GroupResource, MakePod("early").OnNode("n1").Created(_cluster.Now.AddSeconds(-10).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)).Build());
        var collector = new PodGarbageCollector();
        var key = collector.AllKeys(_cluster).Single();

        var plan = collector.Reconcile(key, _cluster, _cluster.Now);

        Assert.Empty(plan.Writes);
        Assert.Equal(TimeSpan.FromSeconds(30), plan.RequeueAfter);
        Assert.Single(collector.Reconcile(key, _cluster, _cluster.Now.AddSeconds(30)).Writes);
        _cluster.Put(Key.GroupResource, MakeNode("n1").Build());
        Assert.Equal((0, (TimeSpan?)null), (collector.Reconcile(key, _cluster, _cluster.Now).Writes.Count, collector.Reconcile(key, _cluster, _cluster.Now).RequeueAfter));
    }
}
