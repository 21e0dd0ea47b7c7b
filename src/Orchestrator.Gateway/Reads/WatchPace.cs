using System.Collections.Concurrent;

namespace Orchestrator.Gateway.Reads;

/// <summary>Lets the watchers of a crowd gather what changes for a moment before they send it.</summary>
/// <remarks>
/// To send one event costs a watcher some ten microseconds, most of them in TLS and the kernel, and to send five together hardly more. A few watchers
/// need not care and send at once. A thousand that each send every change as it comes fall behind at a hundred changes a second; when they rest between
/// rounds, in proportion to what a round of all of them has been found to take here, they send several at a time and keep up.
/// </remarks>
internal sealed class WatchPace(TimeProvider clock)
{
    /// <summary>Shorter rests are not worth a timer: some hundred watchers send at once.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(4);

    /// <summary>However many there are, a change waits no longer than this.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    /// <summary>Sending may take this part of the time; the rest of the machine is for other work.</summary>
    private const double Share = 0.4;

    /// <summary>How much a round counts beside what is known: some ten rounds make a new estimate.</summary>
    private const double Weight = 0.1;

    private readonly TimeProvider clock = clock;
    private readonly ConcurrentDictionary<(long Period, long Slot), Round> rounds = new();

    /// <summary>Microseconds that one watcher's turn takes. The first guess is that of an ordinary machine.</summary>
    private double turn = 10;

    /// <summary>Between two rounds of a crowd lies this long, in whole milliseconds, so that all of it mean the same rounds; zero for a few watchers.</summary>
    public TimeSpan RestFor(int watchers)
    {
        var needed = TimeSpan.FromMicroseconds(watchers * Volatile.Read(ref turn) / Share);
        return needed < Shortest ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling((needed < Longest ? needed : Longest).TotalMilliseconds));
    }

    /// <summary>Waits until the next round of a crowd of this size begins.</summary>
    /// <returns>The round, of which the caller tells when it has sent its share; null for a crowd that need not wait.</returns>
    public async ValueTask<Round?> RestAsync(int watchers)
    {
        if (RestFor(watchers) is not { Ticks: > 0 } rest)
        {
            return null;
        }

        var slot = (clock.GetUtcNow().Ticks / rest.Ticks) + 1;
        var round = rounds.GetOrAdd((rest.Ticks, slot), static (key, pace) => new Round(pace, key.Period, key.Slot), this);
        await round.JoinAsync();
        return round;
    }

    private void Learn(TimeSpan took, int watchers)
    {
        // Lost updates of two rounds that end together do no harm.
        var known = Volatile.Read(ref turn);
        Volatile.Write(ref turn, known + (Weight * ((took.TotalMicroseconds / watchers) - known)));
    }

    /// <summary>Watchers that send at the same time.</summary>
    internal sealed class Round
    {
        private readonly WatchPace pace;

        // Each goes on as a work item of its own, not one after the other in the timer's.
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long period;
        private readonly long slot;
        private int watchers;
        private int sent;
        private long beganAt;
        private int isStarted;

        public Round(WatchPace pace, long period, long slot) => (this.pace, this.period, this.slot) = (pace, period, slot);

        /// <summary>One watcher has sent what it had; the last one ends the round.</summary>
        public void Sent()
        {
            if (Interlocked.Increment(ref sent) == Volatile.Read(ref watchers))
            {
                pace.Learn(pace.clock.GetElapsedTime(beganAt), sent);
            }
        }

        internal Task JoinAsync()
        {
            Interlocked.Increment(ref watchers);

            // Not in the constructor: of two rounds that are made for the same moment at once only one is kept.
            if (Interlocked.Exchange(ref isStarted, 1) == 0)
            {
                _ = BeginAsync();
            }

            return begun.Task;
        }

        private async Task BeginAsync()
        {
            var left = new DateTimeOffset(slot * period, TimeSpan.Zero) - pace.clock.GetUtcNow();
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, pace.clock);
            pace.rounds.TryRemove((period, slot), out _);
            beganAt = pace.clock.GetTimestamp();
            begun.SetResult();
        }
    }
}
