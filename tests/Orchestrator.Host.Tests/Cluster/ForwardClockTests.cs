using Orchestrator.Host.Cluster;

namespace Orchestrator.Host.Tests.Cluster;

public sealed class ForwardClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_is_the_machines_clock_and_goes_forward_with_it()
    {
        var machine = new MachineClock(Noon);
        var clock = new ForwardClock(machine);
        Assert.Equal(Noon, clock.GetUtcNow());
        machine.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Noon.AddSeconds(3), clock.GetUtcNow());
        machine.Set(Noon.AddHours(2));
        Assert.Equal(Noon.AddHours(2), clock.GetUtcNow());
    }

    [Fact]
    public void Set_back_it_goes_on_at_half_the_pace_until_they_meet()
    {
        var machine = new MachineClock(Noon);
        var clock = new ForwardClock(machine);
        machine.Set(Noon.AddHours(-1));
        Assert.Equal(Noon, clock.GetUtcNow());
        machine.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(Noon.AddMinutes(5), clock.GetUtcNow());
        machine.Pass(TimeSpan.FromMinutes(40));
        Assert.Equal(Noon.AddMinutes(25), clock.GetUtcNow());
        machine.Pass(TimeSpan.FromMinutes(90));
        Assert.Equal(machine.GetUtcNow(), clock.GetUtcNow());
    }

    private sealed class MachineClock(DateTimeOffset now) : TimeProvider
    {
        private long timestamp;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Set(DateTimeOffset time) => now = time;

        public void Pass(TimeSpan time) => (now, timestamp) = (now + time, timestamp + time.Ticks);

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => timestamp;
    }
}
