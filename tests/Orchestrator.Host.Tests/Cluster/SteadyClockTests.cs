using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Host.Cluster;

namespace Orchestrator.Host.Tests.Cluster;

public sealed class SteadyClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_is_the_machines_clock_and_goes_with_it()
    {
        var machine = new MachineClock(Noon);
        var clock = new SteadyClock(machine);
        Assert.Equal(Noon, clock.GetUtcNow());
        machine.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(Noon.AddSeconds(3), clock.GetUtcNow());
    }

    [Theory, InlineData(-3_600), InlineData(86_400), InlineData(-86_400)]
    public void A_jump_of_a_few_seconds_is_hardly_felt(int seconds)
    {
        var machine = new MachineClock(Noon);
        var clock = new SteadyClock(machine);
        machine.Jump(TimeSpan.FromSeconds(seconds));
        Assert.Equal(Noon, clock.GetUtcNow());
        machine.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(0.5, Math.Abs((clock.GetUtcNow() - Noon).TotalSeconds - 5), 3);
        machine.Jump(TimeSpan.FromSeconds(-seconds));
        machine.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(machine.GetUtcNow(), clock.GetUtcNow());
    }

    [Theory, InlineData(60), InlineData(-60)]
    public void A_clock_that_was_set_right_is_followed_in_ten_times_what_it_was_wrong(int seconds)
    {
        var machine = new MachineClock(Noon);
        var clock = new SteadyClock(machine);
        machine.Jump(TimeSpan.FromSeconds(seconds));
        machine.Pass(TimeSpan.FromMinutes(5));
        Assert.NotEqual(machine.GetUtcNow(), clock.GetUtcNow());
        machine.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(machine.GetUtcNow(), clock.GetUtcNow());
    }

    [Theory, InlineData(-86_400), InlineData(-1), InlineData(0), InlineData(86_400)]
    public void It_never_goes_back(int seconds)
    {
        var machine = new MachineClock(Noon);
        var clock = new SteadyClock(machine);
        var before = clock.GetUtcNow();
        for (var step = 0; step < 20; step++)
        {
            machine.Jump(TimeSpan.FromSeconds(step % 2 == 0 ? seconds : -seconds));
            machine.Pass(TimeSpan.FromMilliseconds(step));
            var now = clock.GetUtcNow();
            Assert.True(now >= before);
            before = now;
        }
    }

    /// <summary>Orleans asks for its clocks by name: a version that calls them otherwise must not go unnoticed.</summary>
    [Fact]
    public void The_parts_of_Orleans_that_cannot_stand_a_jump_have_it_and_nobody_else_does()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        SiloClocks.Add(builder.Services, TimeProvider.System);
        builder.UseOrleans(silo => silo.UseLocalhostClustering());
        using var host = builder.Build();
        Assert.Same(TimeProvider.System, host.Services.GetRequiredService<TimeProvider>());
        Assert.Same(TimeProvider.System, host.Services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains));
        foreach (var type in (string[])["Orleans.Runtime.ActivationCollector", "Orleans.Runtime.MembershipService.IMembershipManager"])
        {
            var service = host.Services.GetRequiredService(typeof(Silo).Assembly.GetType(type, throwOnError: true)!);
            var clock = service.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
                .Single(found => found.FieldType == typeof(TimeProvider)).GetValue(service);
            Assert.IsType<SteadyClock>(clock);
        }
    }

    private sealed class MachineClock(DateTimeOffset now) : TimeProvider
    {
        private long timestamp;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Jump(TimeSpan by) => now += by;

        public void Pass(TimeSpan time) => (now, timestamp) = (now + time, timestamp + time.Ticks);

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => timestamp;
    }
}
