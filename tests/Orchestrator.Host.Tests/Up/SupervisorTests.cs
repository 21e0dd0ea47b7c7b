using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Tests.Up;

public sealed class SupervisorTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Without_parts_it_watches_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var watching = new Supervisor([], NullLogger<Supervisor>.Instance, clock).RunAsync(stop.Token);
        Assert.False(watching.IsCompleted);
        await stop.CancelAsync();
        await watching.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_part_that_has_ended_is_started_again()
    {
        using var stop = new CancellationTokenSource();
        var part = new Part();
        var watching = new Supervisor([part], NullLogger<Supervisor>.Instance, clock).RunAsync(stop.Token);
        while (!part.IsAlive)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        await stop.CancelAsync();
        await watching.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    private sealed class Part : IPart
    {
        public string Name => "part";

        public bool IsAlive { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            IsAlive = true;
            return Task.CompletedTask;
        }

        public Task StopAsync() => Task.CompletedTask;
    }
}
