using Orchestrator.Agent.Connection;
using Orchestrator.Agent.Tests.Volumes;
using Orchestrator.AgentProtocol;
using Xunit;

namespace Orchestrator.Agent.Tests.Connection;

public sealed class CheckpointTests
{
    [Fact]
    public async Task What_was_said_last_is_there_after_a_restart_and_readable_by_its_owner_alone()
    {
        using var home = new TemporaryDirectory();
        var directory = Path.Combine(home.Path, "assignment");
        await WriteAsync(directory, checkpoint =>
        {
            checkpoint.Save(new Assignment { PodCidr = "10.42.0.0/24", Pods = { Pod("a", "1"), Pod("b", "1") } });
            checkpoint.Save(Pod("a", "2"));
            checkpoint.Save(new PodUpdate { Uid = "b", Removed = true });
        });

        var (node, pods) = new Checkpoint(directory).Load()!.Value;
        Assert.Equal("10.42.0.0/24", node.PodCidr);
        Assert.Equal(("a", "2"), (Assert.Single(pods).Uid, pods[0].Name));
        Assert.All(
            Directory.GetFiles(directory),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_whole_assignment_forgets_the_pods_that_it_does_not_name()
    {
        using var home = new TemporaryDirectory();
        var directory = Path.Combine(home.Path, "assignment");
        await WriteAsync(directory, checkpoint => checkpoint.Save(new Assignment { Pods = { Pod("a", "1"), Pod("b", "1") } }));
        await WriteAsync(directory, checkpoint => checkpoint.Save(new Assignment { Pods = { Pod("b", "1") } }));
        Assert.Equal("b", Assert.Single(new Checkpoint(directory).Load()!.Value.Pods).Uid);
    }

    [Fact]
    public void Without_a_checkpoint_there_is_nothing()
    {
        using var home = new TemporaryDirectory();
        Assert.Null(new Checkpoint(Path.Combine(home.Path, "none")).Load());
    }

    [Fact]
    public void Each_start_of_an_agent_has_a_larger_epoch()
    {
        using var home = new TemporaryDirectory();
        var first = AgentEpoch.Next(home.Path, TimeProvider.System);
        Assert.True(AgentEpoch.Next(home.Path, TimeProvider.System) > first);

        // Also when the clock was set back.
        File.WriteAllText(Path.Combine(home.Path, "epoch"), "9000000000000000");
        Assert.Equal(9000000000000001, AgentEpoch.Next(home.Path, TimeProvider.System));
    }

    private static async Task WriteAsync(string directory, Action<Checkpoint> save)
    {
        var checkpoint = new Checkpoint(directory);
        save(checkpoint);
        using var stop = new CancellationTokenSource();
        var writing = checkpoint.RunAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    private static PodUpdate Pod(string uid, string name) => new() { Uid = uid, Name = name };
}
