namespace Orchestrator.Agent.Tests.Pods;

/// <summary>What is done next for a pod.</summary>
public sealed class PodActionsTests
{
    private const string Two = """{"terminationGracePeriodSeconds":20,"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}""";
    private const string Never = """{"restartPolicy":"Never","containers":[{"name":"a","image":"i"}]}""";
    private const string OnFailure = """{"restartPolicy":"OnFailure","containers":[{"name":"a","image":"i"}]}""";
    private const string Inits =
        """{"initContainers":[{"name":"i1","image":"i"},{"name":"side","image":"i","restartPolicy":"Always"},{"name":"i2","image":"i"}],"containers":[{"name":"a","image":"i"}]}""";

    private const string Debugged =
        """{"initContainers":[{"name":"i1","image":"i"}],"containers":[{"name":"a","image":"i"}],"ephemeralContainers":[{"name":"look","image":"d"}]}""";

    private const string Deleted = "\"deletionTimestamp\":\"2026-01-01T12:00:10Z\",\"deletionGracePeriodSeconds\":10";

    private readonly PodScene scene = new();

    [Fact]
    public void A_new_pod_gets_a_sandbox() => Check(scene.Spec(Two), "sandbox 0");

    [Fact]
    public void In_it_all_containers_start() => Check(scene.Spec(Two).Sandbox(), "start a 0, start b 0");

    [Fact]
    public void Running_containers_are_left_alone() => Check(scene.Spec(Two).Sandbox().Running("a").Running("b"), "");

    [Fact]
    public void A_container_that_ended_starts_again_at_once_the_first_time() =>
        Check(scene.Spec(Two).Sandbox().Running("a").Exited("b", 1), "start b 1");

    [Theory]
    [InlineData(1, 4, " then wait 6")]
    [InlineData(3, 30, " then wait 10")]
    [InlineData(6, 100, " then wait 200")]
    [InlineData(1, 10, "start b 1")]
    public void The_next_times_it_waits_longer_and_longer(int step, int secondsAgo, string plan) =>
        Check(scene.Spec(Two).Sandbox().Running("a").Exited("b", 1, secondsAgo: secondsAgo, backOffStep: step), plan);

    [Theory]
    [InlineData(Never, 0, "stop sandbox s0")]
    [InlineData(Never, 1, "stop sandbox s0")]
    [InlineData(OnFailure, 0, "stop sandbox s0")]
    [InlineData(OnFailure, 1, "start a 1")]
    public void The_restart_policy_says_what_follows_an_end(string spec, int exitCode, string plan) =>
        Check(scene.Spec(spec).Sandbox().Exited("a", exitCode), plan);

    [Fact]
    public void Init_containers_run_one_after_the_other()
    {
        Check(scene.Spec(Inits).Sandbox(), "start i1 0");
        Check(scene.Exited("i1", 0), "start side 0");
        Check(scene.Running("side"), "start i2 0");
        Check(scene.Exited("i2", 0), "start a 0");
        Check(scene.Running("a"), "");
    }

    [Fact]
    public void A_failed_init_container_is_tried_again() => Check(scene.Spec(Inits).Sandbox().Exited("i1", 1), "start i1 1");

    [Fact]
    public void What_comes_after_a_sidecar_waits_until_it_has_started_up()
    {
        scene.Spec(Inits).Sandbox().Exited("i1", 0).Running("side", isProbed: false);
        scene.Memory.Probes[PodScene.Id("side", 0)] = new(Started: false, Ready: false);
        Check(scene, "");
    }

    [Fact]
    public void A_sidecar_that_ends_starts_again_beside_the_containers() =>
        Check(scene.Spec(Inits).Sandbox().Exited("i1", 0).Exited("side", 0).Exited("i2", 0).Running("a"), "start side 1");

    [Fact]
    public void A_container_that_fails_its_probe_is_stopped_in_the_time_that_the_probe_gives()
    {
        scene.Spec(Two).Sandbox().Running("a").Running("b");
        scene.Memory.Probes[PodScene.Id("a", 0)] = new(true, true, "Container a failed liveness probe, will be restarted", TimeSpan.FromSeconds(3));
        Check(scene, "stop a in 3");
    }

    [Fact]
    public void A_sandbox_that_died_is_made_anew_after_its_containers_have_ended()
    {
        Check(scene.Spec(Two).Sandbox(isReady: false).Running("a"), "stop a in 20");
        var ended = new PodScene().Spec(Two).Sandbox(isReady: false).Exited("a", 137);
        Check(ended, "stop sandbox s0, sandbox 1");
    }

    [Fact]
    public void A_deleted_pod_is_stopped_and_then_cleared_away()
    {
        scene.Memory.EndingSince = PodScene.Now;
        Check(scene.Spec(Two, Deleted).Sandbox().Running("a").Exited("b", 0), "stop a in 10");
        var ended = new PodScene().Spec(Two, Deleted).Sandbox().Exited("a", 0);
        Check(ended, "stop sandbox s0");
        var stopped = new PodScene().Spec(Two, Deleted).Sandbox(isReady: false).Exited("a", 0);
        Check(stopped, "remove a-0, remove sandbox s0, finish");
    }

    [Fact]
    public void Sidecars_end_after_the_containers()
    {
        scene.Memory.EndingSince = PodScene.Now;
        Check(scene.Spec(Inits, Deleted).Sandbox().Running("side").Running("a"), "stop a in 10");
        var alone = new PodScene().Spec(Inits, Deleted).Sandbox().Running("side").Exited("a", 0);
        alone.Memory.EndingSince = PodScene.Now.AddSeconds(-60);
        Check(alone, "stop side in 2");
    }

    [Fact]
    public void A_stop_is_not_asked_for_twice_unless_there_is_less_time()
    {
        scene.Memory.EndingSince = PodScene.Now;
        scene.Memory.Stopping[PodScene.Id("a", 0)] = PodScene.Now.AddSeconds(10);
        Check(scene.Spec(Two, Deleted).Sandbox().Running("a"), "");
        scene.Memory.Stopping[PodScene.Id("a", 0)] = PodScene.Now.AddSeconds(30);
        Check(scene, "stop a in 10");
    }

    [Fact]
    public void A_pod_past_its_deadline_is_stopped()
    {
        var spec = """{"activeDeadlineSeconds":60,"restartPolicy":"Never","terminationGracePeriodSeconds":5,"containers":[{"name":"a","image":"i"}]}""";
        Check(scene.Spec(spec).Sandbox().Running("a"), "stop a in 5");
    }

    [Fact]
    public void Only_two_containers_of_a_name_are_kept() =>
        Check(scene.Spec(Two).Sandbox().Running("a").Exited("b", 1, 0).Exited("b", 1, 1).Running("b", 2), "remove b-0");

    [Fact]
    public void While_an_image_is_pulled_nothing_else_waits_for_it()
    {
        scene.Memory.Pulling.Add("a");
        Check(scene.Spec(Two).Sandbox(), "start b 0");
    }

    [Fact]
    public void An_ephemeral_container_starts_beside_the_others_even_while_the_pod_initializes() =>
        Check(scene.Spec(Debugged).Sandbox().Running("i1"), "start look 0");

    [Theory, InlineData(0), InlineData(1)]
    public void An_ephemeral_container_is_never_started_again(int exitCode) =>
        Check(scene.Spec(Debugged).Sandbox().Exited("i1", 0).Running("a").Exited("look", exitCode), "");

    [Fact]
    public void An_ephemeral_container_that_the_runtime_has_forgotten_stays_ended() => Check(
        scene.Spec(Debugged, status: """ "ephemeralContainerStatuses":[{"name":"look","containerID":"containerd://x"}] """).Sandbox().Exited("i1", 0).Running("a"), "");

    [Fact]
    public void An_ephemeral_container_ends_with_its_pod()
    {
        scene.Memory.EndingSince = PodScene.Now;
        Check(scene.Spec(Debugged, Deleted).Sandbox().Running("a").Running("look"), "stop look in 10, stop a in 10");
    }

    private static void Check(PodScene scene, string plan) => Assert.Equal(plan, scene.Plan());
}
