using System.Globalization;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 6: what goes on is told as users expect it.</summary>
public sealed class StatusTests(ClusterFixture fixture)
{
    private const string Waiting = ".status.containerStatuses[0].state.waiting.reason";

    [Fact]
    public async Task A_container_that_fails_again_and_again_backs_off()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("failing", "exit 3"));
        await kubectl.UntilFieldAsync("pod failing", Waiting, "CrashLoopBackOff");
        Assert.Equal("3", await kubectl.FieldAsync("pod failing", ".status.containerStatuses[0].lastState.terminated.exitCode"));
        Assert.Contains("CrashLoopBackOff", await kubectl.RunAsync("get pod failing"), StringComparison.Ordinal);
        Assert.Contains("BackOff", await kubectl.RunAsync("get events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_is_told_and_holds_nobody_up()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("run absent --image=127.0.0.1:9/absent:1");
        await kubectl.ApplyAsync(Pods.Busybox("present", "exec sleep 3600"));
        await kubectl.UntilReadyAsync("pod/present");
        await Until.AsWantedAsync("the reason", () => kubectl.FieldAsync("pod absent", Waiting), reason => reason is "ErrImagePull" or "ImagePullBackOff");
        await kubectl.UntilFieldAsync("pod absent", Waiting, "ImagePullBackOff", 90);
        Assert.Contains("Failed to pull image", await kubectl.RunAsync("describe pod absent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_takes_too_much_memory_was_OOMKilled()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("hungry", "x=a; while :; do x=$x$x; done", "resources: {limits: {memory: 16Mi}}", "restartPolicy: Never"));
        await kubectl.UntilFieldAsync("pod hungry", ".status.containerStatuses[0].state.terminated.reason", "OOMKilled");
        Assert.Equal("Failed", await kubectl.FieldAsync("pod hungry", ".status.phase"));
    }

    [Fact]
    public async Task The_node_tells_what_the_host_has()
    {
        var kubectl = fixture.Cluster.Kubectl("default");
        var node = await kubectl.GetAsync("node e2e");
        Assert.Equal(Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture), (string?)node["status"]!["capacity"]!["cpu"]);
        Assert.Equal("True", await kubectl.FieldAsync("node e2e", ".status.conditions[?(@.type==\"Ready\")].status"));
        foreach (var condition in (string[])["MemoryPressure", "DiskPressure", "PIDPressure"])
        {
            Assert.Equal("False", await kubectl.FieldAsync("node e2e", $".status.conditions[?(@.type==\"{condition}\")].status"));
        }

        Assert.Contains("e2e", await kubectl.RunAsync("get leases -n kube-node-lease"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_says_why()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("huge", "sleep 1", "resources: {requests: {cpu: 1000}}"));
        await kubectl.UntilFieldAsync("pod huge", ".status.conditions[?(@.type==\"PodScheduled\")].reason", "Unschedulable");
        Assert.Contains("Insufficient cpu", await kubectl.RunAsync("describe pod huge"), StringComparison.Ordinal);
    }
}
