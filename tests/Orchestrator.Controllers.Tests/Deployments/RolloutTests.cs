using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Deployments;
using Orchestrator.Controllers.ReplicaSets;
using Orchestrator.Controllers.Tests.Harness;
using Orchestrator.TestKit.Builders;

namespace Orchestrator.Controllers.Tests.Deployments;

public sealed class RolloutTests
{
    private static readonly ObjectKey Key = new("apps", "deployments", "default", "web");
    private static readonly GroupResource Sets = new("apps", "replicasets");
    private static readonly GroupResource PodResource = new("", "pods");
    private readonly FakeCluster _cluster = new();

    private static IReadOnlyList<IReconciler> Controllers => [new DeploymentReconciler(), new ReplicaSetReconciler()];

    [Fact]
    public void A_new_deployment_creates_one_replica_set_and_becomes_available()
    {
        Create(replicas: 3);
        Converge();

        var set = FakeCluster.Read(Assert.Single(_cluster.List(Sets)));
        Assert.Equal(3, (int)set["spec"]!["replicas"]!);
        Assert.Equal("1", (string?)set["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]);
        var hash = (string?)set["metadata"]!["labels"]!["pod-template-hash"];
        Assert.Equal("web-" + hash, (string?)set["metadata"]!["name"]);
        Assert.All(_cluster.List(PodResource), pod => Assert.Equal(hash, (string?)FakeCluster.Read(pod)["metadata"]!["labels"]!["pod-template-hash"]));
        var status = _cluster.Read(Key)["status"]!;
        Assert.Equal(3, (int)status["availableReplicas"]!);
        Assert.Equal("MinimumReplicasAvailable", (string?)Condition("Available")["reason"]);
        Assert.Equal($"ReplicaSet \"web-{hash}\" has successfully progressed.", (string?)Condition("Progressing")["message"]);
        Assert.Contains(_cluster.Events, said => said.Reason == "ScalingReplicaSet" && said.Message == $"Scaled up replica set web-{hash} from 0 to 3");
        Assert.Equal(3, _cluster.Events.Count(said => said.Reason == "SuccessfulCreate"));
    }

    [Theory]
    [InlineData(10, "25%", "25%")]
    [InlineData(3, "1", "0")]
    [InlineData(3, "0", "1")]
    [InlineData(1, "25%", "25%")]
    [InlineData(5, "100%", "0")]
    [InlineData(4, "0", "100%")]
    public void A_rolling_update_keeps_to_its_bounds_at_every_step_in_any_order(int replicas, string surge, string unavailable)
    {
        for (var seed = 0; seed < 15; seed++)
        {
            var cluster = new FakeCluster();
            cluster.Put(Key.GroupResource, Manifest(replicas, surge, unavailable));
            new Convergence(cluster, Controllers, seed).Run();
            cluster.Change(Key, SetImage("web:2"));
            var most = replicas + Resolve(surge, replicas, up: true);
            var least = replicas - (Resolve(surge, replicas, up: true) == 0 ? Math.Max(1, Resolve(unavailable, replicas, up: false)) : Resolve(unavailable, replicas, up: false));
            new Convergence(cluster, Controllers, seed)
            {
                AfterEachStep = () =>
                {
                    var pods = cluster.List(PodResource).Select(FakeCluster.Read).Where(pod => pod["metadata"]!["deletionTimestamp"] is null).ToList();
                    var wanted = cluster.List(Sets).Sum(set => (int)FakeCluster.Read(set)["spec"]!["replicas"]!);
                    Assert.True(wanted <= most, $"seed {seed}: {wanted} pods wanted, at most {most} allowed");
                    var ready = pods.Count(pod => pod["status"]?["conditions"] is not null);
                    Assert.True(ready >= least, $"seed {seed}: {ready} ready pods, at least {least} needed");
                },
            }.Run();

            Assert.Equal(replicas, cluster.List(PodResource).Count);
            Assert.All(cluster.List(PodResource), pod => Assert.Equal("web:2", (string?)FakeCluster.Read(pod)["spec"]!["containers"]![0]!["image"]));
            Assert.Equal("2", (string?)cluster.Read(Key)["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]);
        }
    }

    [Fact]
    public void A_rollback_reuses_the_old_replica_set_and_gives_it_the_next_revision()
    {
        Create(replicas: 2);
        Converge();
        _cluster.Change(Key, SetImage("web:2"));
        Converge();
        _cluster.Change(Key, SetImage("web:1"));
        Converge();

        Assert.Equal(2, _cluster.List(Sets).Count);
        var first = _cluster.List(Sets).Select(FakeCluster.Read).Single(set => (string?)set["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] == "web:1");
        Assert.Equal(2, (int)first["spec"]!["replicas"]!);
        Assert.Equal("3", (string?)first["metadata"]!["annotations"]!["deployment.kubernetes.io/revision"]);
        Assert.Equal("1", (string?)first["metadata"]!["annotations"]!["deployment.kubernetes.io/revision-history"]);
    }

    [Fact]
    public void History_beyond_the_limit_is_removed_oldest_first()
    {
        Create(replicas: 1, limit: 2);
        for (var version = 1; version <= 5; version++)
        {
            _cluster.Change(Key, SetImage($"web:{version}"));
            Converge();
        }

        var images = _cluster.List(Sets).Select(FakeCluster.Read).Select(set => (string?)set["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]).Order();
        Assert.Equal(["web:3", "web:4", "web:5"], images);
    }

    [Fact]
    public void Recreate_starts_new_pods_only_when_every_old_one_is_gone()
    {
        Create(replicas: 3, strategy: """{"type":"Recreate"}""");
        Converge();
        _cluster.Change(Key, SetImage("web:2"));
        new Convergence(_cluster, Controllers, seed: 5)
        {
            AfterEachStep = () => Assert.True(
                _cluster.List(PodResource).Select(FakeCluster.Read).Select(pod => (string?)pod["spec"]!["containers"]![0]!["image"]).Distinct().Count() <= 1,
                "pods of two templates at once"),
        }.Run();
        Assert.Equal(3, _cluster.List(PodResource).Count);
        Assert.All(_cluster.List(PodResource), pod => Assert.Equal("web:2", (string?)FakeCluster.Read(pod)["spec"]!["containers"]![0]!["image"]));
    }

    [Fact]
    public void A_paused_deployment_scales_but_does_not_roll_out()
    {
        Create(replicas: 2);
        Converge();
        _cluster.Change(Key, document => document["spec"]!["paused"] = true);
        _cluster.Change(Key, SetImage("web:2"));
        _cluster.Change(Key, document => document["spec"]!["replicas"] = 4);
        Converge();
        Assert.Single(_cluster.List(Sets));
        Assert.Equal(4, _cluster.List(PodResource).Count);
        Assert.Equal("DeploymentPaused", (string?)Condition("Progressing")["reason"]);

        _cluster.Change(Key, document => document["spec"]!["paused"] = false);
        Converge();
        Assert.Equal(2, _cluster.List(Sets).Count);
        Assert.Equal("NewReplicaSetAvailable", (string?)Condition("Progressing")["reason"]);
    }

    [Fact]
    public void A_rollout_that_does_not_get_on_says_so_after_its_deadline()
    {
        Create(replicas: 2);
        Converge();
        _cluster.Change(Key, SetImage("broken"));
        var stuck = new Convergence(_cluster, Controllers, seed: 3) { BecomesReady = pod => (string?)pod["spec"]!["containers"]![0]!["image"] != "broken" };
        stuck.Run();
        _cluster.Now += TimeSpan.FromSeconds(601);
        stuck.Run();

        var progressing = Condition("Progressing");
        Assert.Equal("False", (string?)progressing["status"]);
        Assert.Equal("ProgressDeadlineExceeded", (string?)progressing["reason"]);
        Assert.EndsWith("has timed out progressing.", (string?)progressing["message"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_pod_is_seen_on_the_deployment_and_forgotten_when_it_is_accepted()
    {
        Create(replicas: 2);
        _cluster.Refuses = key => key.Resource == "pods" ? "exceeded quota" : null;
        // A refused plan is tried again without end, so the passes are counted here instead of run until nothing changes.
        for (var pass = 0; pass < 5; pass++)
        {
            _cluster.Apply(new DeploymentReconciler().Reconcile(Key, _cluster, _cluster.Now));
            foreach (var set in _cluster.List(Sets))
            {
                _cluster.Apply(new ReplicaSetReconciler().Reconcile(set.Key, _cluster, _cluster.Now));
            }
        }

        var failure = Condition("ReplicaFailure");
        Assert.Equal(("True", "FailedCreate", "exceeded quota"), ((string?)failure["status"], (string?)failure["reason"], (string?)failure["message"]));
        _cluster.Refuses = _ => null;
        Converge();
        Assert.DoesNotContain(_cluster.Read(Key)["status"]!["conditions"]!.AsArray(), condition => (string?)condition!["type"] == "ReplicaFailure");
    }

    [Theory]
    [InlineData("the revision before", 0, "web:2", null)]
    [InlineData("a revision by number", 1, "web:1", null)]
    [InlineData("the present revision", 3, "web:3", null)]
    [InlineData("a revision that is not kept", 9, null, "unable to find specified revision 9 in history")]
    public void A_rollback_goes_to_the_template_of_its_revision(string why, long toRevision, string? image, string? refusal)
    {
        Create(replicas: 1);
        for (var version = 1; version <= 3; version++)
        {
            _cluster.Change(Key, SetImage($"web:{version}"));
            Converge();
        }

        var decision = Rollback.Decide(Key, toRevision, _cluster);
        Assert.Equal((why, refusal), (why, (decision as RollbackDecision.Refuse)?.Status.Message));
        var template = (decision as RollbackDecision.Patch)?.JsonPatch[0]!["value"];
        Assert.Equal((why, image), (why, (string?)template?["spec"]!["containers"]![0]!["image"]));
        Assert.Null(template?["metadata"]!["labels"]!["pod-template-hash"]);
    }

    [Fact]
    public void A_deployment_without_history_has_nothing_to_roll_back_to()
    {
        Create(replicas: 1);
        Converge();
        Assert.Equal(
            "no rollout history found for deployment \"web\"", Assert.IsType<RollbackDecision.Refuse>(Rollback.Decide(Key, 0, _cluster)).Status.Message);
    }

    [Fact]
    public void Scaling_in_the_middle_of_a_rollout_keeps_the_shares()
    {
        Create(replicas: 10, surge: "3", unavailable: "2");
        Converge();
        _cluster.Change(Key, SetImage("broken"));
        var stuck = new Convergence(_cluster, Controllers, seed: 3) { BecomesReady = pod => (string?)pod["spec"]!["containers"]![0]!["image"] != "broken" };
        stuck.Run();
        Assert.Equal([5, 8], Sizes());
        _cluster.Change(Key, document => document["spec"]!["replicas"] = 15);
        _cluster.Apply(new DeploymentReconciler().Reconcile(Key, _cluster, _cluster.Now));
        Assert.Equal([7, 11], Sizes());
    }

    [Fact]
    public void A_name_taken_by_another_template_is_counted_as_a_collision_and_passed_by()
    {
        Create(replicas: 1);
        var plan = new DeploymentReconciler().Reconcile(Key, _cluster, _cluster.Now);
        var wanted = plan.Writes.OfType<Plans.PlannedWrite.Create>().Single();
        var foreign = wanted.Document.DeepClone().AsObject();
        foreign["metadata"]!.AsObject().Remove("ownerReferences");
        foreign["metadata"]!["labels"] = new JsonObject { ["app"] = "other" };
        _cluster.Put(Sets, foreign);
        Converge();
        Assert.Equal(1, (int)_cluster.Read(Key)["status"]!["collisionCount"]!);
        Assert.Equal(2, _cluster.List(Sets).Count);
    }

    private IEnumerable<int> Sizes() => _cluster.List(Sets).Select(FakeCluster.Read).Select(set => (int)set["spec"]!["replicas"]!).Order();

    private JsonNode Condition(string type) => _cluster.Read(Key)["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == type)!;

    private void Converge() => new Convergence(_cluster, Controllers).Run();

    private void Create(int replicas, string surge = "25%", string unavailable = "25%", string? strategy = null, int limit = 10) =>
        _cluster.Put(Key.GroupResource, Manifest(replicas, surge, unavailable, strategy, limit));

    private static Action<JsonObject> SetImage(string image) => document => document["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = image;

    private static int Resolve(string amount, int total, bool up) => !amount.EndsWith('%')
        ? int.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)
        : (int)(up ? Math.Ceiling(Percent(amount) * total) : Math.Floor(Percent(amount) * total));

    private static decimal Percent(string amount) => int.Parse(amount[..^1], System.Globalization.CultureInfo.InvariantCulture) / 100m;

    private static string Amount(string amount) => amount.EndsWith('%') ? $"\"{amount}\"" : amount;

    private static string Rolling(string surge, string unavailable) =>
        "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxSurge\":" + Amount(surge) + ",\"maxUnavailable\":" + Amount(unavailable) + "}}";

    private static JsonObject Manifest(int replicas, string surge, string unavailable, string? strategy = null, int limit = 10) => JsonNode.Parse($$"""
        {
          "apiVersion": "apps/v1", "kind": "Deployment",
          "metadata": { "name": "web", "namespace": "default" },
          "spec": {
            "replicas": {{replicas}}, "revisionHistoryLimit": {{limit}}, "progressDeadlineSeconds": 600,
            "selector": { "matchLabels": { "app": "web" } },
            "strategy": {{strategy ?? Rolling(surge, unavailable)}},
            "template": { "metadata": { "labels": { "app": "web" } }, "spec": { "containers": [ { "name": "web", "image": "web:1" } ] } }
          }
        }
        """)!.AsObject();
}
