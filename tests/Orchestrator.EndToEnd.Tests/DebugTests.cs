using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Looking into what runs: kubectl debug.</summary>
public sealed class DebugTests(ClusterFixture fixture)
{
    [Fact]
    public async Task A_container_is_added_to_a_running_pod_and_sees_the_processes_of_another()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("subject", "exec sleep 3600"));
        await kubectl.UntilReadyAsync("pod/subject");
        await kubectl.RunAsync("debug subject --image=orchestrator.local/busybox:1 --profile=general -c look --target=main --", "sh", "-c", "ps; exec sleep 3600");
        await Until.AsWantedAsync("the list of processes", async () => (await kubectl.TryAsync("logs subject -c look")).Output, text => text.Contains("sleep 3600", StringComparison.Ordinal));
        Assert.Equal("hello\n", await kubectl.RunAsync("exec subject -c look --", "echo", "hello"));
        Assert.Contains("spec.ephemeralContainers{look}", await kubectl.RunAsync("get events -o", "jsonpath={.items[*].involvedObject.fieldPath}"), StringComparison.Ordinal);
        Assert.Equal("0", await kubectl.FieldAsync("pod subject", ".status.containerStatuses[0].restartCount"));
    }

    [Fact]
    public async Task A_copy_of_a_pod_and_a_pod_on_the_node_are_made()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("subject", "exec sleep 3600"));
        await kubectl.UntilReadyAsync("pod/subject");
        await kubectl.RunAsync("debug subject --copy-to=copy --container=main --profile=general --", "sh", "-c", "echo copied; exec sleep 3600");
        await kubectl.UntilReadyAsync("pod/copy");
        Assert.Equal("copied\n", await kubectl.RunAsync("logs copy"));
        await kubectl.RunAsync("debug node/e2e --image=orchestrator.local/busybox:1 --profile=general --", "sh", "-c", "cat /host/etc/hostname");
        var pod = (await kubectl.RunAsync("get pods -o name")).Split('\n').Single(name => name.Contains("node-debugger", StringComparison.Ordinal));
        await kubectl.RunAsync($"wait --for=jsonpath={{.status.phase}}=Succeeded {pod} --timeout=60s");
        Assert.Equal(await File.ReadAllTextAsync("/etc/hostname", TestContext.Current.CancellationToken), await kubectl.RunAsync($"logs {pod}"));
    }
}
