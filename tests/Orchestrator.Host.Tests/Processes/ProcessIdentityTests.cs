using System.Diagnostics;
using Orchestrator.Host.Processes;

namespace Orchestrator.Host.Tests.Processes;

public sealed class ProcessIdentityTests
{
    private const string Tail = " 1 2 3 0 -1 4194560 10 0 0 0 1 1 0 0 20 0 1 0 4711 100 10";

    [Theory]
    [InlineData("7 (sh) S", 4711L)]
    [InlineData("7 (a name) with ) R", 4711L)]
    [InlineData("7 (sh) Z", null)]
    [InlineData("7 (sh) X", null)]
    public void The_start_time_is_read_whatever_the_program_is_called(string head, long? ticks) =>
        Assert.Equal(ticks, ProcessIdentity.FromStat(7, head + Tail)?.StartTicks);

    [Theory]
    [InlineData("12 345\n", 12, 345L)]
    [InlineData("12\n", null, null)]
    [InlineData("", null, null)]
    [InlineData("x 3", null, null)]
    public void A_pid_file_is_read(string text, int? pid, long? ticks)
    {
        var process = PidFile.Parse(text);
        Assert.Equal((pid, ticks), (process?.Pid, process?.StartTicks));
    }

    [Fact]
    public void A_number_that_was_given_again_is_another_process() =>
        Assert.False((ProcessIdentity.Current with { StartTicks = ProcessIdentity.Current.StartTicks - 1 }).IsAlive);

    [Fact(Timeout = 30_000)]
    public async Task A_detached_process_is_named_by_its_file_logs_and_ends_when_told()
    {
        var directory = Directory.CreateTempSubdirectory("host-test-").FullName;
        var (pidFile, log) = (Path.Combine(directory, "x.pid"), Path.Combine(directory, "x.log"));
        try
        {
            var process = await DetachedProcess.StartAsync(pidFile, log, ["sh", "-c", "echo it said $WORD; exec sleep 60"], new Dictionary<string, string> { ["WORD"] = "so" }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(process, PidFile.FindAlive(pidFile));

            // The name is in the file before the program has run a line, or even has a log.
            while (!LogTail.Read(log).EndsWith("so", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
            }

            await Signals.EndAsync(process, Signals.Terminate, TimeSpan.FromSeconds(10));
            Assert.False(process.IsAlive);
            Assert.Null(PidFile.FindAlive(pidFile));
            Assert.Equal("  it said so", LogTail.Read(log));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
