namespace Orchestrator.Host.Cluster;

/// <summary>The machine's clock, except that it never goes back: when that is set back, this one goes at half its pace until the two meet.</summary>
/// <remarks>
/// Orleans 10.4 plans the collection of grains by the time of day and refuses to activate any grain, with an ArgumentException, while the clock is behind
/// what it has planned for. A clock set back by an hour would stop the silo for that hour.
/// </remarks>
internal sealed class ForwardClock(TimeProvider machine) : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset told = machine.GetUtcNow();
    private long toldAt = machine.GetTimestamp();

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <inheritdoc />
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            var (now, at) = (machine.GetUtcNow(), machine.GetTimestamp());
            told = now >= told ? now : told + (machine.GetElapsedTime(toldAt, at) / 2);
            toldAt = at;
            return told;
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);
}
