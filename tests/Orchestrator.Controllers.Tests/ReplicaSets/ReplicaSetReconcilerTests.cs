using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.ReplicaSets;
using Orchestrator.Controllers.Tests.Harness;
using Orchestrator.TestKit.Builders;
using static Orchestrator.TestKit.Builders.Make;

namespace Orchestrator.Controllers.Tests.ReplicaSets;

public sealed class ReplicaSetReconcilerTests
{
    private static readonly ObjectKey Key = new("apps", "replicasets", "default", "web");
    private static readonly GroupResource PodResource = new("", "pods");
    private readonly FakeCluster _cluster = new();

    [Fact]
    public void Missing_pods_are_created_from_the_template_and_the_same_view_gives_the_same_names()
    {
        Set(replicas: 3);
        var first = Creations();
        Assert.Equal(3, first.Count);
        Assert.Equal(first, Creations());
        Assert.All(first, name => Assert.Matches("^web-[bcdfghjklmnpqrstvwxz2456789]{5}$", name));
    }

    [Fact]
    public void An_orphan_that_matches_is_adopted_and_counts()
    {
        Set(replicas: 1);
        _cluster.Put(PodResource, MakePod("lone").Label("app", "web").Phase("Running").Build());
        var plan = Plan();
        Assert.DoesNotContain(plan.Writes, write => write is PlannedWrite.Create);
        var adopted = plan.Writes.OfType<PlannedWrite.Patch>().Single(patch => patch.Key.Name == "lone");
        Assert.Equal("set-uid", (string?)adopted.MergePatch["metadata"]!["ownerReferences"]![0]!["uid"]);
        Assert.NotNull(adopted.ResourceVersion);
    }

    [Fact]
    public void A_pod_whose_labels_no_longer_match_is_released_and_replaced()
    {
        Set(replicas: 1);
        _cluster.Put(PodResource, Owned("stray").Label("app", "other").Phase("Running").Build());
        var plan = Plan();
        var released = plan.Writes.OfType<PlannedWrite.Patch>().Single(patch => patch.Key.Name == "stray");
        Assert.Null(released.MergePatch["metadata"]!["ownerReferences"]);
        Assert.Single(plan.Writes.OfType<PlannedWrite.Create>());
    }

    [Theory]
    [InlineData("unassigned before assigned", "b", "a:n1:Pending", "b::Pending")]
    [InlineData("pending before running", "b", "a:n1:Running:ready", "b:n1:Pending")]
    [InlineData("unready before ready", "a", "a:n1:Running", "b:n1:Running:ready")]
    [InlineData("the crowded node before the others", "b", "a:n1:Running:ready", "b:n2:Running:ready", "c:n2:Running:ready:old")]
    public void The_pod_whose_loss_hurts_least_goes_first(string why, string expected, params string[] pods)
    {
        Set(replicas: pods.Length - 1);
        foreach (var pod in pods.Select(text => text.Split(':')))
        {
            var built = Owned(pod[0]).Label("app", "web").Phase(pod[2]);
            built = pod[1].Length > 0 ? built.OnNode(pod[1]) : built;
            built = pod.Contains("ready") ? built.Ready(since: pod.Contains("old") ? "2025-01-01T00:00:00Z" : "2025-12-31T00:00:00Z") : built;
            _cluster.Put(PodResource, built.Build());
        }

        Assert.Equal((why, expected), (why, Plan().Writes.OfType<PlannedWrite.Delete>().Single().Key.Name));
    }

    [Fact]
    public void Finished_pods_are_replaced_and_not_counted()
    {
        Set(replicas: 1);
        _cluster.Put(PodResource, Owned("done").Label("app", "web").Phase("Failed").Build());
        Assert.Single(Creations());
    }

    [Fact]
    public void A_pod_becomes_available_after_minReadySeconds_and_the_key_is_looked_at_then()
    {
        Set(replicas: 1, minReadySeconds: 30);
        _cluster.Put(PodResource, Owned("a").Label("app", "web").OnNode("n1").Phase("Running").Ready(since: "2025-12-31T23:59:50Z").Build());
        var plan = Plan();
        Assert.Equal(TimeSpan.FromSeconds(20), plan.RequeueAfter);
        _cluster.Apply(plan);
        Assert.Null(_cluster.Read(Key)["status"]!["availableReplicas"]);
        _cluster.Now += TimeSpan.FromSeconds(20);
        _cluster.Apply(Plan());
        Assert.Equal(1, (int)_cluster.Read(Key)["status"]!["availableReplicas"]!);
        Assert.Empty(Plan().Writes);
    }

    [Fact]
    public void One_pass_creates_no_more_than_its_bound()
    {
        Set(replicas: 1200);
        Assert.Equal(ReplicaSetReconciler.BurstReplicas, Creations().Count);
    }

    [Fact]
    public void A_replica_set_that_is_going_creates_nothing()
    {
        _cluster.Put(Key.GroupResource, SetDocument(2, 0, deleting: true));
        Assert.Empty(Creations());
    }

    [Fact]
    public void A_refused_pod_is_told_each_time_and_stands_in_the_status_until_all_are_there()
    {
        Set(replicas: 2);
        _cluster.Refuses = key => key.Resource == "pods" ? "pods \"web\" is forbidden: exceeded quota" : null;
        Assert.False(_cluster.Apply(Plan()));
        Assert.False(_cluster.Apply(Plan()));
        Assert.Equal(2, _cluster.Events.Count(said => said is { Type: "Warning", Reason: "FailedCreate", Message: "Error creating: pods \"web\" is forbidden: exceeded quota" }));
        var condition = Assert.Single(_cluster.Read(Key)["status"]!["conditions"]!.AsArray())!;
        Assert.Equal(("ReplicaFailure", "True", "FailedCreate"), ((string?)condition["type"], (string?)condition["status"], (string?)condition["reason"]));

        _cluster.Refuses = _ => null;
        _cluster.Apply(Plan());
        Assert.NotNull(_cluster.Read(Key)["status"]!["conditions"]);
        _cluster.Apply(Plan());
        Assert.Null(_cluster.Read(Key)["status"]!["conditions"]);
        Assert.Empty(Plan().Writes);
    }

    private Plan Plan() => new ReplicaSetReconciler().Reconcile(Key, _cluster, _cluster.Now);

    private List<string> Creations() => [.. Plan().Writes.OfType<PlannedWrite.Create>().Select(create => create.Key.Name)];

    private static PodBuilder Owned(string name) => MakePod(name).OwnedBy("apps/v1", "ReplicaSet", "web", "set-uid");

    private void Set(int replicas, int minReadySeconds = 0) => _cluster.Put(Key.GroupResource, SetDocument(replicas, minReadySeconds, deleting: false));

    private static JsonObject SetDocument(int replicas, int minReadySeconds, bool deleting)
    {
        var document = JsonNode.Parse($$"""
            {
              "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": { "name": "web", "namespace": "default", "uid": "set-uid" },
              "spec": {
                "replicas": {{replicas}}, "minReadySeconds": {{minReadySeconds}}, "selector": { "matchLabels": { "app": "web" } },
                "template": { "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [ { "name": "web", "image": "web:1" } ] } }
              }
            }
            """)!.AsObject();
        if (deleting)
        {
            document["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        }

        return document;
    }
}
