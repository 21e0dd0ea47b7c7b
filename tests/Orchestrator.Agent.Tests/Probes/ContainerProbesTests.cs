using System.Threading.Channels;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Tests.Pods;

namespace Orchestrator.Agent.Tests.Probes;

public sealed class ContainerProbesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ProbeClock clock = new();
    private readonly Channel<Attempt> attempts = Channel.CreateUnbounded<Attempt>();
    private readonly Channel<ProbeVerdict> verdicts = Channel.CreateUnbounded<ProbeVerdict>();

    [Fact]
    public async Task A_container_gets_ready_and_loses_it_after_the_threshold()
    {
        await using var probes = Start("""{"exec":{"command":["ready"]},"periodSeconds":10,"failureThreshold":2}""", "readinessProbe");
        await AnswerAsync(0);
        Assert.Equal(new ProbeVerdict(ProbeKind.Readiness, true, false, ""), await VerdictAsync());

        await PassAsync(10);
        await AnswerAsync(1, "not yet");
        Assert.Equal(new ProbeVerdict(ProbeKind.Readiness, false, true, "Readiness probe failed: not yet"), await VerdictAsync());

        await PassAsync(10);
        await AnswerAsync(1, "still not");
        Assert.True((await VerdictAsync()).Warn);
        Assert.Equal(new ProbeVerdict(ProbeKind.Readiness, false, false, "Readiness probe failed: still not"), await VerdictAsync());

        await PassAsync(10);
        await AnswerAsync(0);
        Assert.True((await VerdictAsync()).Success);
    }

    [Fact]
    public async Task Nothing_is_tried_before_the_initial_delay()
    {
        await using var probes = Start("""{"exec":{"command":["live"]},"initialDelaySeconds":5}""", "livenessProbe");
        await PassAsync(3);
        clock.Advance(TimeSpan.FromSeconds(2));
        var attempt = await NextAsync();
        Assert.Equal(clock.Start + TimeSpan.FromSeconds(5), attempt.At);
        attempt.Answer.SetResult(new ExecOutcome(0, "", false));
    }

    [Fact]
    public async Task The_others_wait_for_the_startup_probe()
    {
        var container = PodTexts.Container(
            """ "startupProbe":{"exec":{"command":["start"]},"periodSeconds":1},"livenessProbe":{"exec":{"command":["live"]}} """);
        await using var probes = Start(container);
        var first = await NextAsync();
        Assert.Equal("start", first.Command);
        first.Answer.SetResult(new ExecOutcome(1, "", false));
        await PassAsync(1);
        var second = await NextAsync();
        Assert.Equal("start", second.Command);
        second.Answer.SetResult(new ExecOutcome(0, "", false));
        var third = await NextAsync();
        Assert.Equal("live", third.Command);
        third.Answer.SetResult(new ExecOutcome(0, "", false));
        Assert.True((await VerdictAsync()).Warn);
        Assert.Equal(new ProbeVerdict(ProbeKind.Startup, true, false, ""), await VerdictAsync());
    }

    [Fact]
    public async Task A_failed_liveness_probe_stops_and_says_how_long_the_end_may_take()
    {
        await using var probes = Start("""{"exec":{"command":["live"]},"failureThreshold":1,"terminationGracePeriodSeconds":3}""", "livenessProbe");
        await AnswerAsync(0, timedOut: true);
        Assert.Equal("Liveness probe failed: command timed out: \"live\" timed out after 1s", (await VerdictAsync()).Message);
        var verdict = await VerdictAsync();
        Assert.Equal((false, false, TimeSpan.FromSeconds(3)), (verdict.Success, verdict.Warn, verdict.GracePeriod));
        clock.Advance(TimeSpan.FromMinutes(1));
        await probes.DisposeAsync();
        Assert.False(attempts.Reader.TryRead(out _));
    }

    [Fact]
    public async Task An_attempt_that_cannot_be_made_counts_for_nothing()
    {
        await using var probes = Start("""{"exec":{"command":["live"]},"failureThreshold":1}""", "livenessProbe");
        (await NextAsync()).Answer.SetException(new IOException("runtime is away"));
        Assert.Equal(
            new ProbeVerdict(ProbeKind.Liveness, false, true, "Liveness probe errored and resulted in unknown state: runtime is away"), await VerdictAsync());
        await PassAsync(10);
        await AnswerAsync(0);
        Assert.True((await VerdictAsync()).Success);
    }

    [Theory]
    [InlineData("""{"tcpSocket":{"port":"none"}}""", "couldn't find port: \"none\" in container \"web\"")]
    [InlineData("""{"httpGet":{"port":"none"}}""", "couldn't find port: \"none\" in container \"web\"")]
    [InlineData("{}", "missing probe handler for container \"web\"")]
    public async Task Probing_goes_on_after_a_probe_that_cannot_be_made(string probe, string message)
    {
        await using var probes = Start(probe, "readinessProbe");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal($"Readiness probe errored and resulted in unknown state: {message}", (await VerdictAsync()).Message);
            await PassAsync(10);
        }
    }

    [Fact]
    public async Task A_container_without_an_address_does_not_end_probing()
    {
        var container = PodTexts.Container(""" "readinessProbe":{"tcpSocket":{"port":80}} """);
        await using var probes = new ContainerProbes(PodTexts.Pod(), container, clock.GetUtcNow(), "", ExecAsync, Tell, clock);
        Assert.StartsWith("Readiness probe errored", (await VerdictAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_ends_is_not_restarted_for_its_liveness()
    {
        await using var probes = Start("""{"exec":{"command":["live"]},"failureThreshold":1}""", "livenessProbe");
        var attempt = await NextAsync();
        probes.Terminate();
        attempt.Answer.SetResult(new ExecOutcome(1, "", false));
        await probes.DisposeAsync();
        Assert.False(verdicts.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Containers_found_running_are_not_all_probed_at_once()
    {
        var container = PodTexts.Container(""" "readinessProbe":{"exec":{"command":["ready"]},"periodSeconds":10} """);
        var started = clock.GetUtcNow() - TimeSpan.FromHours(1);
        await using var probes = new ContainerProbes(PodTexts.Pod(), container, started, "127.0.0.1", ExecAsync, Tell, clock);
        await PassAsync(10);
        await AnswerAsync(0);
        Assert.True((await VerdictAsync()).Success);
    }

    private ContainerProbes Start(string probe, string kind) => Start(PodTexts.Container($"\"{kind}\":{probe}"));

    private ContainerProbes Start(V1Container container) => new(PodTexts.Pod(), container, clock.GetUtcNow(), "127.0.0.1", ExecAsync, Tell, clock);

    private Task<ExecOutcome> ExecAsync(IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(command[0], clock.GetUtcNow(), new TaskCompletionSource<ExecOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        attempts.Writer.TryWrite(attempt);
        return attempt.Answer.Task;
    }

    private void Tell(ProbeVerdict verdict) => verdicts.Writer.TryWrite(verdict);

    private async Task AnswerAsync(int exitCode, string output = "", bool timedOut = false) =>
        (await NextAsync()).Answer.SetResult(new ExecOutcome(exitCode, output, timedOut));

    private Task<Attempt> NextAsync() => attempts.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    private Task<ProbeVerdict> VerdictAsync() => verdicts.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

    /// <summary>Lets time pass once somebody waits for it: a wait that begins later would not be over.</summary>
    private async Task PassAsync(int seconds)
    {
        Assert.True(await clock.Waits.WaitAsync(Patience, TestContext.Current.CancellationToken), "nobody waits");
        clock.Advance(TimeSpan.FromSeconds(seconds));
    }

    private sealed class ProbeClock() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
        /// <summary>One for each wait that has begun.</summary>
        public SemaphoreSlim Waits { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waits.Release();
            return timer;
        }
    }

    private sealed record Attempt(string Command, DateTimeOffset At, TaskCompletionSource<ExecOutcome> Answer);
}
