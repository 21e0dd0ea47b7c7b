namespace Orchestrator.Host.Cluster;

/// <summary>
/// A clock that never jumps: the machine's time at the beginning, counted on by its monotonic counter, and drawn towards the machine's time by at most a tenth of
/// what passes.
/// </summary>
internal sealed class SteadyClock(TimeProvider machine) : TimeProvider
{
    /// <summary>A clock that was set right by a minute is followed within ten; one that is wrong by a day for a few seconds is hardly followed at all.</summary>
    private const int Slowness = 10;

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
            var at = machine.GetTimestamp();
            var passed = machine.GetElapsedTime(toldAt, at);
            var most = passed / Slowness;
            var steady = told + passed;
            var away = machine.GetUtcNow() - steady;
            told = steady + (away > most ? most : away < -most ? -most : away);
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
