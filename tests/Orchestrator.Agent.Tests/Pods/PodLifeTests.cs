using k8s.Models;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Tests.Streaming;
using Orchestrator.AgentProtocol.Cri;
using Xunit;

namespace Orchestrator.Agent.Tests.Pods;

/// <summary>Pods on a real containerd, and on the simulated runtime.</summary>
public sealed class PodLifeTests(PrivateContainerd containerd) : IClassFixture<PrivateContainerd>
{
    private const string Loop = "trap 'exit 7' TERM; echo up; while true; do /bin/busybox sleep 0.1; done";

    [Fact]
    public async Task A_pod_starts_restarts_is_taken_over_and_leaves_nothing()
    {
        Assert.SkipWhen(containerd.Missing is not null, containerd.Missing ?? "");
        var folder = Directory.CreateTempSubdirectory("pods-").FullName;
        var pod = Pod("life", Loop);
        string containerId;
        await using (var node = new TestNode(containerd.Runtime, folder))
        {
            node.Pods.Replace([TestNode.Update(pod)]);
            var running = await node.StatusAsync("life", status => status.ContainerStatuses?[0].Ready == true);
            Assert.Equal("Running", running.Phase);
            var log = Assert.Single(Directory.GetFiles(Path.Combine(folder, "logs", "pods", "default_life_life", "c")));
            await TestNode.UntilAsync(() => File.ReadAllText(log).Contains("up", StringComparison.Ordinal), () => "no log");
            Assert.True(Directory.Exists($"/sys/fs/cgroup/pids{node.CgroupRoot}/besteffort/podlife"));

            await containerd.Runtime.ExecSyncAsync(Id(running), ["/bin/busybox", "kill", "-TERM", "1"], TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
            var again = await node.StatusAsync("life", status => status.ContainerStatuses[0] is { RestartCount: 1, Ready: true });
            Assert.Equal(7, again.ContainerStatuses[0].LastState.Terminated.ExitCode);
            containerId = Id(again);
            Assert.Equal(["Pulled", "Created", "Started", "Pulled", "Created", "Started"], node.Events.Select(happened => happened.Reason));
        }

        await using (var next = new TestNode(containerd.Runtime, folder))
        {
            next.Pods.Replace([TestNode.Update(pod)]);
            var found = await next.StatusAsync("life", status => status.ContainerStatuses?[0].Ready == true);
            Assert.Equal((containerId, 1), (Id(found), found.ContainerStatuses[0].RestartCount));
            Assert.Empty(next.Events);

            pod.Metadata.DeletionTimestamp = DateTime.UtcNow;
            pod.Metadata.DeletionGracePeriodSeconds = 5;
            next.Pods.Update(TestNode.Update(pod));
            await next.GoneAsync("life");
            Assert.Equal(7, next.Statuses["life"].ContainerStatuses[0].State.Terminated.ExitCode);
            await NothingLeftAsync("life", folder, next);
        }

        Clean(folder);
    }

    [Fact]
    public async Task What_runs_here_and_is_not_bound_here_goes()
    {
        Assert.SkipWhen(containerd.Missing is not null, containerd.Missing ?? "");
        var folder = Directory.CreateTempSubdirectory("pods-").FullName;
        await using (var node = new TestNode(containerd.Runtime, folder))
        {
            node.Pods.Replace([TestNode.Update(Pod("orphan", Loop))]);
            await node.StatusAsync("orphan", status => status.ContainerStatuses?[0].Ready == true);
        }

        await using (var next = new TestNode(containerd.Runtime, folder))
        {
            Assert.NotEmpty(await containerd.Runtime.ListContainersAsync("orphan", TestContext.Current.CancellationToken));
            next.Pods.Replace([]);
            await NothingLeftAsync("orphan", folder, next);
        }

        Clean(folder);
    }

    [Fact]
    public async Task What_another_agent_runs_on_the_same_runtime_stays()
    {
        Assert.SkipWhen(containerd.Missing is not null, containerd.Missing ?? "");
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("pods-").FullName;
        using var others = containerd.RuntimeOf("others");
        await using (var node = new TestNode(containerd.Runtime, folder))
        {
            node.Pods.Replace([TestNode.Update(Pod("mine", Loop))]);
            await node.StatusAsync("mine", status => status.ContainerStatuses?[0].Ready == true);
            Assert.Empty(await others.ListPodSandboxesAsync(cancel));
            Assert.Empty(await others.ListContainersAsync(cancel));
            await using (var other = new TestNode(others, folder))
            {
                other.Pods.Replace([]);
                await other.Pods.LookAsync(cancel);
                await other.Pods.LookAsync(cancel);
            }

            Assert.Contains(await containerd.Runtime.ListPodSandboxesAsync(cancel), sandbox => sandbox.Metadata.Uid == "mine");
            Assert.Contains(await containerd.Runtime.ListContainersAsync("mine", cancel), container => container.State == ContainerState.ContainerRunning);
            node.Pods.Replace([]);
            await NothingLeftAsync("mine", folder, node);
        }

        Clean(folder);
    }

    [Fact]
    public async Task A_sidecar_is_stopped_after_the_containers_that_it_serves()
    {
        Assert.SkipWhen(containerd.Missing is not null, containerd.Missing ?? "");
        var folder = Directory.CreateTempSubdirectory("pods-").FullName;
        var pod = Pod("sidecar", "/bin/busybox sleep 0.5");
        pod.Spec.RestartPolicy = "Never";
        pod.Spec.InitContainers =
        [
            Container("first", "exit 0"),
            Container("side", Loop),
        ];
        pod.Spec.InitContainers[1].RestartPolicy = "Always";
        await using (var node = new TestNode(containerd.Runtime, folder))
        {
            node.Pods.Replace([TestNode.Update(pod)]);
            var over = await node.StatusAsync("sidecar", status => status.Phase == "Succeeded");
            var (side, main) = (over.InitContainerStatuses[1].State.Terminated, over.ContainerStatuses[0].State.Terminated);
            Assert.True(side.FinishedAt >= main.FinishedAt);
            Assert.Contains("PodCompleted", over.Conditions.Select(condition => condition.Reason));
            node.Pods.Replace([]);
            await NothingLeftAsync("sidecar", folder, node);
        }

        Clean(folder);
    }

    [Fact]
    public async Task A_simulated_pod_runs_at_once_and_goes_when_told()
    {
        var folder = Directory.CreateTempSubdirectory("pods-").FullName;
        var pod = Pod("light", Loop);
        pod.Spec.HostNetwork = null;
        await using (var node = new TestNode(new SimulatedRuntime(TimeProvider.System), folder, simulated: true))
        {
            node.Pods.Replace([TestNode.Update(pod)]);
            var running = await node.StatusAsync("light", status => status.Phase == "Running" && status.ContainerStatuses[0].Ready);
            Assert.Equal("10.42.0.2", running.PodIP);
            pod.Metadata.DeletionTimestamp = DateTime.UtcNow;
            node.Pods.Update(TestNode.Update(pod));
            await node.GoneAsync("light");
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task NothingLeftAsync(string uid, string folder, TestNode node)
    {
        var cancel = TestContext.Current.CancellationToken;
        for (var attempt = 0; attempt < 500 && (await containerd.Runtime.ListPodSandboxesAsync(uid, cancel)).Count > 0; attempt++)
        {
            await Task.Delay(20, cancel);
        }

        Assert.Empty(await containerd.Runtime.ListPodSandboxesAsync(uid, cancel));
        Assert.Empty(await containerd.Runtime.ListContainersAsync(uid, cancel));
        await TestNode.UntilAsync(() => !Directory.Exists(Path.Combine(folder, "pods", uid)), () => "the pod's directory is left");
        Assert.DoesNotContain(
            Directory.GetDirectories("/sys/fs/cgroup", $"*{uid}*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 }),
            path => path.Contains(node.CgroupRoot, StringComparison.Ordinal));
    }

    private static void Clean(string folder)
    {
        Directory.Delete(folder, recursive: true);
        foreach (var root in Directory.GetDirectories("/sys/fs/cgroup").Select(hierarchy => Path.Combine(hierarchy, Path.GetFileName(folder))).Where(Directory.Exists))
        {
            foreach (var cgroup in Directory.GetDirectories(root).Append(root))
            {
                Directory.Delete(cgroup);
            }
        }
    }

    private static string Id(V1PodStatus status) => status.ContainerStatuses[0].ContainerID["containerd://".Length..];

    private static V1Pod Pod(string name, string script) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Uid = name },
        Spec = new V1PodSpec { HostNetwork = true, TerminationGracePeriodSeconds = 5, Containers = [Container("c", script)] },
    };

    private static V1Container Container(string name, string script) => new()
    {
        Name = name,
        Image = "docker.io/test/busybox:1",
        ImagePullPolicy = "IfNotPresent",
        Command = ["/bin/busybox", "sh", "-c", script],
    };
}
