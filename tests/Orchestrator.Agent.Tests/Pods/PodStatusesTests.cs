using k8s.Models;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Tests.Pods;

/// <summary>What users see of a pod.</summary>
public sealed class PodStatusesTests
{
    private const string One = """{"containers":[{"name":"a","image":"i"}]}""";
    private const string Never = """{"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}""";
    private const string OnFailure = """{"restartPolicy":"OnFailure","containers":[{"name":"a","image":"i"}]}""";
    private const string Init = """{"restartPolicy":"Never","initContainers":[{"name":"i","image":"i"}],"containers":[{"name":"a","image":"i"}]}""";

    private readonly PodScene scene = new();

    [Fact]
    public void A_pod_is_pending_until_its_containers_have_started()
    {
        Check(scene.Spec(One), "Pending", "a waiting ContainerCreating");
        Check(scene.Sandbox(), "Pending", "a waiting ContainerCreating");
        Check(scene.Running("a"), "Running", "a running ready");
    }

    [Fact]
    public void A_container_that_is_not_ready_takes_the_pod_out()
    {
        scene.Spec(One).Sandbox().Running("a");
        scene.Memory.Probes[PodScene.Id("a", 0)] = new ProbedContainer(true, false);
        var status = Check(scene, "Running", "a running");
        Assert.Equal("containers with unready status: [a]", Condition(status, "Ready").Message);
        Assert.Equal("False", Condition(status, "ContainersReady").Status);
    }

    [Theory]
    [InlineData(One, 0, "Running")]
    [InlineData(One, 1, "Running")]
    [InlineData(OnFailure, 0, "Succeeded")]
    [InlineData(OnFailure, 1, "Running")]
    [InlineData(Never, 0, "Succeeded")]
    [InlineData(Never, 1, "Failed")]
    public void The_phase_follows_the_exit_codes(string spec, int exitCode, string phase) =>
        Check(scene.Spec(spec).Sandbox().Exited("a", exitCode), phase, exitCode == 0 ? "a terminated Completed" : "a terminated Error");

    [Fact]
    public void A_container_that_waits_for_its_next_start_says_so()
    {
        var status = Check(scene.Spec(One).Sandbox().Exited("a", 1, attempt: 2, backOffStep: 2), "Running", "a waiting CrashLoopBackOff");
        Assert.Equal("back-off 20s restarting failed container=a pod=web-0_shop(u-1)", status.ContainerStatuses[0].State.Waiting.Message);
        Assert.Equal(1, status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Equal(2, status.ContainerStatuses[0].RestartCount);
    }

    [Fact]
    public void A_pod_that_waits_for_its_init_container_says_which()
    {
        var status = Check(scene.Spec(Init).Sandbox().Running("i"), "Pending", "a waiting PodInitializing");
        Assert.Equal("containers with incomplete status: [i]", Condition(status, "Initialized").Message);
    }

    [Fact]
    public void A_failed_init_container_fails_a_pod_that_is_never_restarted() =>
        Check(scene.Spec(Init).Sandbox().Exited("i", 1), "Failed", "a waiting PodInitializing");

    [Fact]
    public void What_keeps_a_container_from_starting_is_shown()
    {
        scene.Memory.Waiting["a"] = new WaitingContainer("CreateContainerConfigError", "configmap \"x\" not found", null);
        Check(scene.Spec(One).Sandbox(), "Pending", "a waiting CreateContainerConfigError");
    }

    [Fact]
    public void A_pod_past_its_deadline_has_failed_once_nothing_runs()
    {
        var spec = """{"activeDeadlineSeconds":60,"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}""";
        Check(scene.Spec(spec).Sandbox().Running("a"), "Running", "a running ready");
        var status = Check(new PodScene().Spec(spec).Sandbox().Exited("a", 137), "Failed", "a terminated Error");
        Assert.Equal("DeadlineExceeded", status.Reason);
    }

    [Fact]
    public void A_gate_that_nobody_opened_keeps_a_pod_unready()
    {
        var spec = """{"readinessGates":[{"conditionType":"x/y"}],"containers":[{"name":"a","image":"i"}]}""";
        var status = Check(scene.Spec(spec).Sandbox().Running("a"), "Running", "a running ready");
        Assert.Equal("ReadinessGatesNotReady", Condition(status, "Ready").Reason);
        Assert.Equal("True", Condition(status, "ContainersReady").Status);
    }

    [Fact]
    public void The_addresses_are_those_of_sandbox_and_host()
    {
        var (status, _) = PodStatuses.Of(scene.Spec(One).Sandbox().Running("a").View());
        Assert.Equal(("10.42.0.7", "192.0.2.1"), (status.PodIP, status.HostIP));
    }

    [Fact]
    public void A_killed_container_shows_why_it_was_and_what_it_said_last()
    {
        scene.Spec(Never).Sandbox().Exited("a", 137);
        scene.Memory.LastWords[PodScene.Id("a", 0)] = "no memory left";
        var status = Check(scene, "Failed", "a terminated Error");
        Assert.Equal("no memory left", status.ContainerStatuses[0].State.Terminated.Message);
    }

    [Fact]
    public void An_ephemeral_container_has_a_status_and_changes_nothing_else()
    {
        var spec = """{"restartPolicy":"Always","containers":[{"name":"a","image":"i"}],"ephemeralContainers":[{"name":"look","image":"d"}]}""";
        var waiting = Check(scene.Spec(spec).Sandbox().Running("a"), "Running", "a running ready");
        Assert.Equal("look waiting ContainerCreating", Words(Assert.Single(waiting.EphemeralContainerStatuses)));
        var running = Check(scene.Running("look"), "Running", "a running ready");
        Assert.Equal("look running", Words(Assert.Single(running.EphemeralContainerStatuses)));
        Assert.Null(running.EphemeralContainerStatuses[0].Started);
        var ended = Check(new PodScene().Spec(spec).Sandbox().Running("a").Exited("look", 1, backOffStep: 1), "Running", "a running ready");
        Assert.Equal("look terminated Error", Words(Assert.Single(ended.EphemeralContainerStatuses)));
        Assert.Equal("True", Condition(ended, "Ready").Status);
    }

    private static V1PodStatus Check(PodScene scene, string phase, string container)
    {
        var (status, _) = PodStatuses.Of(scene.View());
        Assert.Equal((phase, container), (status.Phase, Words(status.ContainerStatuses[0])));
        return status;
    }

    private static string Words(V1ContainerStatus status) => status.Name + status.State switch
    {
        { Waiting: { } waiting } => $" waiting {waiting.Reason}",
        { Running: not null } => " running",
        { Terminated: { } terminated } => $" terminated {terminated.Reason}",
        _ => "",
    } + (status.Ready ? " ready" : "");

    private static V1PodCondition Condition(V1PodStatus status, string type) => Assert.Single(status.Conditions, condition => condition.Type == type);
}
