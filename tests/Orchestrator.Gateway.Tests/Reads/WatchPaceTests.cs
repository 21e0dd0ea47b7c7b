using Microsoft.Extensions.Time.Testing;
using Orchestrator.Gateway.Reads;

namespace Orchestrator.Gateway.Tests.Reads;

public sealed class WatchPaceTests
{
    private readonly FakeTimeProvider clock = new();

    [Theory, InlineData(1), InlineData(100)]
    public async Task A_few_watchers_send_at_once(int watchers) => Assert.Null(await new WatchPace(clock).RestAsync(watchers));

    [Fact]
    public async Task A_crowd_rests_together_and_for_no_longer_than_a_tenth_of_a_second()
    {
        var pace = new WatchPace(clock);
        var resting = Enumerable.Range(0, 5).Select(_ => pace.RestAsync(100_000).AsTask()).ToArray();
        Assert.All(resting, one => Assert.False(one.IsCompleted));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        var rounds = await Task.WhenAll(resting).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.NotNull(rounds[0]);
        Assert.All(rounds, round => Assert.Same(rounds[0], round));
    }

    [Fact]
    public async Task Slow_rounds_make_rests_longer_and_fast_ones_shorter()
    {
        var pace = new WatchPace(clock);
        var first = pace.RestFor(1_000);
        await RoundsAsync(pace, took: TimeSpan.FromMilliseconds(35));
        var slow = pace.RestFor(1_000);
        await RoundsAsync(pace, took: TimeSpan.FromMilliseconds(1));
        var fast = pace.RestFor(1_000);
        Assert.True(slow > first, $"{slow} is not longer than {first}");
        Assert.True(fast < first, $"{fast} is not shorter than {first}");
        Assert.Equal(TimeSpan.FromMilliseconds(100), pace.RestFor(1_000_000));
    }

    /// <summary>Rounds of a thousand watchers, of which the clock says how long each took.</summary>
    private async Task RoundsAsync(WatchPace pace, TimeSpan took)
    {
        for (var round = 0; round < 50; round++)
        {
            var resting = Enumerable.Range(0, 1_000).Select(_ => pace.RestAsync(1_000).AsTask()).ToArray();
            clock.Advance(TimeSpan.FromMilliseconds(100));
            var rounds = await Task.WhenAll(resting).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            clock.Advance(took);
            Array.ForEach(rounds, one => one?.Sent());
        }
    }
}
