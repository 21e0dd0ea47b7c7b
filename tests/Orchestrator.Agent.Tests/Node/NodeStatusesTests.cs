using k8s.Models;
using Orchestrator.Agent.Node;
using Orchestrator.AgentProtocol.Cri;
using Xunit;

namespace Orchestrator.Agent.Tests.Node;

public sealed class NodeStatusesTests
{
    [Fact]
    public void A_node_whose_runtime_is_well_is_ready() => Check(View(), "True KubeletReady kubelet is posting ready status");

    [Fact]
    public void A_runtime_that_is_away_is_named() =>
        Check(View() with { RuntimeFault = "connection refused", Runtime = null }, "False KubeletNotReady container runtime is down: connection refused");

    [Fact]
    public void A_network_that_is_not_there_is_named()
    {
        var runtime = new RuntimeStatus { Conditions = { new RuntimeCondition { Type = "NetworkReady", Reason = "NetworkPluginNotReady", Message = "cni plugin not initialized" } } };
        Check(
            View() with { Runtime = runtime },
            "False KubeletNotReady container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized");
    }

    [Fact]
    public void Pressure_is_told_and_does_not_end_readiness()
    {
        var status = NodeStatuses.Of(View() with { Pressure = new HostPressure(Memory: true, Disk: false, Pids: false) });
        Assert.Equal(("True", "KubeletHasInsufficientMemory"), (Find(status, "MemoryPressure").Status, Find(status, "MemoryPressure").Reason));
        Assert.Equal(("False", "True"), (Find(status, "DiskPressure").Status, Find(status, "Ready").Status));
    }

    [Fact]
    public void Capacity_is_the_host_s()
    {
        var status = NodeStatuses.Of(View());
        Assert.Equal(("2", "4Gi", "110"), (status.Capacity["cpu"].ToString(), status.Capacity["memory"].ToString(), status.Capacity["pods"].ToString()));
        Assert.Equal("3996Mi", status.Allocatable["memory"].ToString());
    }

    private static void Check(NodeView view, string expected)
    {
        var ready = Find(NodeStatuses.Of(view), "Ready");
        Assert.Equal(expected, $"{ready.Status} {ready.Reason} {ready.Message}");
    }

    private static V1NodeCondition Find(V1NodeStatus status, string type) => status.Conditions.Single(condition => condition.Type == type);

    private static NodeView View() => new()
    {
        Facts = new NodeFacts { NodeName = "n", Addresses = ["192.0.2.1"], Cpus = 2, MemoryBytes = 4L << 30, DiskBytes = 1L << 40, MaxPods = 110 },
        System = new V1NodeSystemInfo(),
        Pressure = new HostPressure(false, false, false),
        Runtime = new RuntimeStatus { Conditions = { new RuntimeCondition { Type = "RuntimeReady", Status = true }, new RuntimeCondition { Type = "NetworkReady", Status = true } } },
        Now = DateTimeOffset.UnixEpoch,
    };
}
