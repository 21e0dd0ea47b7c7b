using Orchestrator.Scheduling.Snapshots;
using Orchestrator.TestKit.Builders;
using static Orchestrator.TestKit.Builders.Make;

namespace Orchestrator.Scheduling.Tests;

public sealed class SchedulerTests
{
    private const string NotHelpful = " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    private const string NoVictims = " preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";

    [Theory]
    [InlineData("3", "2", "Insufficient cpu")]
    [InlineData("2", "2", null)]
    public void Node_without_free_cpu_is_infeasible_and_says_why(string used, string request, string? reason) =>
        Check(MakePod().Requests(cpu: request), MakeNode(), reason, reason is null ? "" : NoVictims, MakePod("other").OnNode("node").Requests(cpu: used));

    [Fact]
    public void Every_shortfall_is_reported_not_the_first_only()
    {
        var decision = Schedule(MakePod().Requests("100", "100Gi"), [MakeNode("a"), MakeNode("b")]);
        Assert.Equal(
            "0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
            decision.Message);
    }

    [Fact]
    public void Different_reasons_are_counted_and_ordered_by_their_text()
    {
        var decision = Schedule(
            MakePod().Requests(cpu: "2"),
            [MakeNode("a").Allocatable(cpu: "1"), MakeNode("b").Taint("k", "v", "NoSchedule"), MakeNode("c").Taint("k", "v", "NoExecute")]);
        Assert.StartsWith("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {k: v}.", decision.Message, StringComparison.Ordinal);
        Assert.Equal(["NodeResourcesFit", "TaintToleration", "TaintToleration"], decision.Nodes.Select(verdict => verdict.RejectedBy));
    }

    [Fact]
    public void Without_nodes_it_says_so() => Assert.Equal("no nodes available to schedule pods", Schedule(MakePod(), []).Message);

    [Fact]
    public void A_cordoned_node_takes_nothing() =>
        Check(MakePod(), MakeNode().Unschedulable(), "node(s) were unschedulable", NotHelpful);

    [Theory]
    [InlineData("""{"key":"k","operator":"Equal","value":"v","effect":"NoSchedule"}""", true)]
    [InlineData("""{"key":"k","operator":"Exists"}""", true)]
    [InlineData("""{"operator":"Exists"}""", true)]
    [InlineData("""{"key":"k","value":"w"}""", false)]
    [InlineData("""{"key":"k","operator":"Exists","effect":"NoExecute"}""", false)]
    public void Tolerations_cover_taints(string toleration, bool fits) =>
        Check(MakePod().Tolerates(toleration), MakeNode().Taint("k", "v", "NoSchedule"), fits ? null : "node(s) had untolerated taint {k: v}", NotHelpful);

    [Fact]
    public void A_node_selector_chooses() =>
        Check(MakePod().NodeSelector("disk", "ssd"), MakeNode().Label("disk", "hdd"), "node(s) didn't match Pod's node affinity/selector", NotHelpful);

    [Theory]
    [InlineData("In", "\"a\",\"b\"", true)]
    [InlineData("NotIn", "\"a\"", false)]
    [InlineData("Exists", "", true)]
    [InlineData("DoesNotExist", "", false)]
    [InlineData("Gt", "\"3\"", false)]
    public void Required_node_affinity_chooses(string operation, string values, bool fits) =>
        Check(
            MakePod().Affinity("{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"zone\",\"operator\":\""
                + operation + "\",\"values\":[" + values + "]}]}]}}}"),
            MakeNode().Label("zone", "a"), fits ? null : "node(s) didn't match Pod's node affinity/selector", NotHelpful);

    [Fact]
    public void A_host_port_is_taken_once() =>
        Check(MakePod().Port(80, hostPort: 8080), MakeNode(), "node(s) didn't have free ports for the requested pod ports", NoVictims,
            MakePod("other").OnNode("node").Port(80, hostPort: 8080));

    [Fact]
    public void A_full_node_has_too_many_pods() =>
        Check(MakePod(), MakeNode().Allocatable(pods: "1"), "Too many pods", NoVictims, MakePod("other").OnNode("node"));

    [Fact]
    public void Finished_pods_take_nothing() =>
        Check(MakePod(), MakeNode().Allocatable(pods: "1"), null, "", MakePod("other").OnNode("node").Phase("Succeeded"));

    [Fact]
    public void Spread_constraints_hold()
    {
        const string Constraint = """{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"a"}}}""";
        NodeBuilder[] nodes = [MakeNode("n1").Label("zone", "a"), MakeNode("n2").Label("zone", "b"), MakeNode("n3")];
        var decision = Schedule(MakePod().Label("app", "a").Spread(Constraint), nodes, MakePod("x").Label("app", "a").OnNode("n1"));
        Assert.Equal("n2", decision.Node);
        Assert.Equal(["node(s) didn't match pod topology spread constraints"], decision.Nodes[0].Reasons);
        Assert.Equal(["node(s) didn't match pod topology spread constraints (missing required label)"], decision.Nodes[2].Reasons);
    }

    [Fact]
    public void Pod_anti_affinity_keeps_apart_in_both_directions()
    {
        const string Apart = """{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"app":"a"}},"topologyKey":"kubernetes.io/hostname"}]}}""";
        Check(MakePod().Affinity(Apart), MakeNode(), "node(s) didn't match pod anti-affinity rules", NoVictims, MakePod("x").Label("app", "a").OnNode("node"));
        Check(MakePod().Label("app", "a"), MakeNode(), "node(s) didn't satisfy existing pods anti-affinity rules", NoVictims, MakePod("x").Affinity(Apart).OnNode("node"));
    }

    [Fact]
    public void Pod_affinity_follows_and_the_first_of_a_group_starts_anywhere()
    {
        const string Near = """{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{"matchLabels":{"app":"a"}},"topologyKey":"kubernetes.io/hostname"}]}}""";
        Check(MakePod().Label("app", "a").Affinity(Near), MakeNode(), null, "");
        Check(MakePod().Affinity(Near), MakeNode(), "node(s) didn't match pod affinity rules", NotHelpful);
        NodeBuilder[] nodes = [MakeNode("n1"), MakeNode("n2"), MakeNode("n3")];
        Assert.Equal("n2", Schedule(MakePod().Affinity(Near), nodes, MakePod("x").Label("app", "a").OnNode("n2")).Node);
    }

    [Fact]
    public void The_emptier_node_is_preferred()
    {
        var decision = Schedule(MakePod().Requests("1", "1Gi"), [MakeNode("n1"), MakeNode("n2")], MakePod("x").OnNode("n1").Requests("2", "4Gi"));
        Assert.Equal("n2", decision.Node);
        Assert.Contains(decision.Nodes[1].Scores, score => score.Plugin == "NodeResourcesFit" && score.Score == 81);
    }

    [Fact]
    public void Pods_of_one_controller_spread_over_nodes()
    {
        var snapshot = SnapshotOf([MakeNode("n1"), MakeNode("n2"), MakeNode("n3")]);
        for (var i = 0; i < 6; i++)
        {
            var pod = SchedulingPod.From(MakePod($"p{i}").OwnedBy("apps/v1", "ReplicaSet", "rs", "rs-uid").Stored());
            snapshot.Assume(pod, Scheduler.Schedule(pod, snapshot).Node!);
        }

        Assert.All(snapshot.Nodes, node => Assert.Equal(2, node.Pods.Count));
    }

    [Fact]
    public void An_assumed_pod_counts_until_it_is_forgotten()
    {
        var snapshot = SnapshotOf([MakeNode()]);
        var pod = SchedulingPod.From(MakePod().Requests(cpu: "3").Stored());
        snapshot.Assume(pod, "node");
        snapshot.Apply(MakePod().Requests(cpu: "3").Annotation("a", "b").Stored(2));
        Assert.Equal(3000, snapshot.Find("node")!.Requested.MilliCpu);
        snapshot.Forget(pod.Key);
        Assert.Equal(0, snapshot.Find("node")!.Requested.MilliCpu);
    }

    [Fact]
    public void A_binding_that_shows_replaces_the_assumption_and_a_removal_frees_the_node()
    {
        var snapshot = SnapshotOf([MakeNode()]);
        snapshot.Assume(SchedulingPod.From(MakePod().Requests(cpu: "3").Stored()), "node");
        var bound = MakePod().Requests(cpu: "3").OnNode("node").Stored(2);
        snapshot.Apply(bound);
        Assert.Equal(3000, snapshot.Find("node")!.Requested.MilliCpu);
        snapshot.Remove(bound.Key);
        Assert.Equal(0, snapshot.Find("node")!.Requested.MilliCpu);
    }

    [Fact]
    public void Preemption_takes_the_fewest_of_the_least_important_and_leaves_the_snapshot_as_it_was()
    {
        var snapshot = SnapshotOf(
            [MakeNode("n1"), MakeNode("n2"), MakeNode("n3")],
            MakePod("a").OnNode("n1").Requests(cpu: "3").Priority(50),
            MakePod("b").OnNode("n2").Requests(cpu: "2").Priority(10),
            MakePod("c").OnNode("n2").Requests(cpu: "2").Priority(5),
            MakePod("d").OnNode("n3").Requests(cpu: "4").Priority(1000));
        var decision = Scheduler.Schedule(SchedulingPod.From(MakePod().Requests(cpu: "2").Priority(100).Stored()), snapshot);
        Assert.Null(decision.Node);
        Assert.Equal("n2", decision.NominatedNode);
        Assert.Equal(["c"], decision.Victims.Select(victim => victim.Pod.Name));
        Assert.Equal("0/3 nodes are available: 3 Insufficient cpu.", decision.Message);
        Assert.Equal([3000L, 4000L, 4000L], snapshot.Nodes.Select(node => node.Requested.MilliCpu));
    }

    private static void Check(PodBuilder pod, NodeBuilder node, string? reason, string preemption, params PodBuilder[] others)
    {
        var decision = Schedule(pod, [node], others);
        if (reason is null)
        {
            Assert.Equal("node", decision.Node);
        }
        else
        {
            Assert.Null(decision.Node);
            Assert.Equal($"0/1 nodes are available: 1 {reason}.{preemption}", decision.Message);
        }
    }

    private static SchedulingDecision Schedule(PodBuilder pod, NodeBuilder[] nodes, params PodBuilder[] others) =>
        Scheduler.Schedule(SchedulingPod.From(pod.Stored()), SnapshotOf(nodes, others));

    private static Snapshot SnapshotOf(NodeBuilder[] nodes, params PodBuilder[] pods)
    {
        var snapshot = new Snapshot();
        foreach (var stored in nodes.Select(node => node.Stored()).Concat(pods.Select(pod => pod.Stored())))
        {
            snapshot.Apply(stored);
        }

        return snapshot;
    }
}
