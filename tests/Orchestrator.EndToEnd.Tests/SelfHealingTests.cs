using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 2, what needs nothing taken down: containers and pods that end come back.</summary>
public sealed class SelfHealingTests(ClusterFixture fixture)
{
    [Fact]
    public async Task A_killed_container_is_restarted_and_the_restart_is_counted()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        var mark = $"3{Random.Shared.Next(100_000, 999_999)}";
        await kubectl.ApplyAsync(Pods.Busybox("victim", $"exec sleep {mark}"));
        await kubectl.UntilReadyAsync("pod/victim");
        HostState.Kill(HostState.ProcessesWith($"sleep {mark}").First());
        await kubectl.UntilFieldAsync("pod victim", ".status.containerStatuses[0].restartCount", "1");
        await kubectl.UntilReadyAsync("pod/victim");
        Assert.Equal("137", await kubectl.FieldAsync("pod victim", ".status.containerStatuses[0].lastState.terminated.exitCode"));
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("create deployment one --image=orchestrator.local/web:1");
        await kubectl.UntilRolledOutAsync("deployment/one");
        var first = await kubectl.FieldAsync("pods -l app=one", ".items[*].metadata.uid");
        await kubectl.RunAsync("delete pods -l app=one --grace-period=1");
        await kubectl.UntilRolledOutAsync("deployment/one");
        Assert.NotEqual(first, await kubectl.FieldAsync("pods -l app=one", ".items[*].metadata.uid"));
    }
}

/// <summary>Point 2, parts that are killed: what runs keeps running.</summary>
[Collection(Alone.Name)]
public sealed class KilledPartTests(ClusterFixture fixture)
{
    [Fact]
    public async Task After_the_server_is_killed_everything_is_there_and_no_container_was_restarted()
    {
        var kubectl = await RunThreeAsync();
        await kubectl.RunAsync("create configmap kept --from-literal=a=b");
        var before = await ContainersAsync(kubectl);
        HostState.Kill(fixture.Cluster.PidOf("server"));
        Assert.NotEqual(0, (await kubectl.TryAsync("get pods")).Code);

        await fixture.ResumeAsync();
        Assert.Equal("b", await kubectl.FieldAsync("configmap kept", ".data.a"));
        await kubectl.UntilRolledOutAsync("deployment/web");
        Assert.Equal(before, await ContainersAsync(kubectl));
        await kubectl.RunAsync("scale deployment web --replicas=4");
        await kubectl.UntilFieldAsync("deployment web", ".status.readyReplicas", "4");
    }

    [Theory, InlineData("agent"), InlineData("containerd")]
    public async Task After_a_part_is_killed_pods_run_on_and_new_ones_start(string part)
    {
        var kubectl = await RunThreeAsync();
        var before = await ContainersAsync(kubectl);
        var pid = fixture.Cluster.PidOf(part);
        HostState.Kill(pid);
        await Until.AsWantedAsync($"{part} is started again", () => Task.FromResult(fixture.Cluster.PidOf(part)), now => now != pid && Directory.Exists($"/proc/{now}"));
        await kubectl.RunAsync("scale deployment web --replicas=4");
        await kubectl.UntilFieldAsync("deployment web", ".status.readyReplicas", "4", 90);
        Assert.Subset((await ContainersAsync(kubectl)).Split(' ').ToHashSet(), before.Split(' ').ToHashSet());
    }

    [Fact]
    public async Task While_the_database_is_away_reads_are_served_and_writes_are_told_to_come_back()
    {
        var kubectl = await RunThreeAsync();
        var before = await ContainersAsync(kubectl);
        var pid = fixture.Cluster.PidOf("postgres");

        // Stopped, not killed: the supervisor would start a dead one again at once.
        await Ran.RunAsync("kill", ["-STOP", $"{pid}"]);
        try
        {
            foreach (var backend in HostState.ProcessesWith("postgres: postgres orchestrator").ToList())
            {
                await Ran.RunAsync("kill", ["-STOP", $"{backend}"]);
            }

            var read = await kubectl.TryAsync("get --raw", $"/api/v1/namespaces/{kubectl.Namespace}/pods?resourceVersion=0");
            Assert.True(read.Code == 0, read.Errors);
            var write = await kubectl.TryAsync("create configmap refused -v=8 --request-timeout=20s --from-literal=a=b");
            Assert.NotEqual(0, write.Code);
            Assert.Contains("503 Service Unavailable", write.Errors, StringComparison.Ordinal);
            Assert.Contains("Retry-After:", write.Errors, StringComparison.Ordinal);
        }
        finally
        {
            foreach (var backend in HostState.ProcessesWith("postgres: postgres orchestrator").Append(pid).ToList())
            {
                await Ran.RunAsync("kill", ["-CONT", $"{backend}"]);
            }
        }

        await Until.AsWantedAsync("writes succeed again", async () => (await kubectl.TryAsync("create configmap later --from-literal=a=b")).Code, code => code == 0);
        Assert.Equal(before, await ContainersAsync(kubectl));
    }

    [Fact]
    public async Task A_killed_database_comes_back_with_nothing_lost()
    {
        var kubectl = await RunThreeAsync();
        await kubectl.RunAsync("create configmap durable --from-literal=a=b");
        var pid = fixture.Cluster.PidOf("postgres");
        HostState.Kill(pid);
        await Until.AsWantedAsync("PostgreSQL is started again", () => Task.FromResult(fixture.Cluster.PidOf("postgres")), now => now != pid);
        await Until.AsWantedAsync("writes succeed again", async () => (await kubectl.TryAsync("create configmap after --from-literal=a=b")).Code, code => code == 0);
        Assert.Equal("b", await kubectl.FieldAsync("configmap durable", ".data.a"));
    }

    private async Task<Kubectl> RunThreeAsync()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync($"apply -f {SourceTree.At("examples", "web.yaml")}");
        await kubectl.UntilRolledOutAsync("deployment/web");
        return kubectl;
    }

    private static async Task<string> ContainersAsync(Kubectl kubectl) =>
        string.Join(' ', (await kubectl.FieldAsync("pods", ".items[*].status.containerStatuses[*].containerID")).Split(' ').Order(StringComparer.Ordinal));
}
