using Orchestrator.Agent.Pods;
using Xunit;

namespace Orchestrator.Agent.Tests.Pods;

public sealed class RestartBackOffTests
{
    [Fact]
    public void The_first_restart_is_at_once_then_the_wait_doubles_to_five_minutes()
    {
        var waits = new List<double>();
        RuntimeContainer? container = null;
        for (var i = 0; i < 9; i++)
        {
            container = Ended(RestartBackOff.StepAfter(container), TimeSpan.FromSeconds(1));
            waits.Add(RestartBackOff.DelayAfter(container).TotalSeconds);
        }

        Assert.Equal([0, 10, 20, 40, 80, 160, 300, 300, 300], waits);
    }

    [Fact]
    public void Ten_minutes_of_running_are_forgiven()
    {
        var ended = Ended(6, TimeSpan.FromMinutes(10));
        Assert.Equal((TimeSpan.Zero, 1), (RestartBackOff.DelayAfter(ended), RestartBackOff.StepAfter(ended)));
    }

    private static RuntimeContainer Ended(int step, TimeSpan ran) => new()
    {
        Id = "i", SandboxId = "s", Name = "c", BackOffStep = step, StartedAt = DateTimeOffset.UnixEpoch.AddDays(1), FinishedAt = DateTimeOffset.UnixEpoch.AddDays(1) + ran,
    };
}
