using System.Globalization;
using Orchestrator.HistoryRun;

namespace Orchestrator.HistoryChecker.Tests;

/// <summary>Two minutes of the real thing: three silos as processes on a real PostgreSQL, every fault once or more, and all that clients saw judged.</summary>
/// <remarks>Longer runs, with other seeds: see docs/correctness.md. HISTORY_SEED repeats one here.</remarks>
public sealed class FaultMatrixTests(ITestOutputHelper output)
{
    private const int UsualSeed = 20_261_127;
    private const int FewestOperations = 300;

    /// <summary>Of thousands of answers, so many may be ones that no fault explains: what is under way in the moment in which its silo ends can still
    /// be answered 500. Such an answer breaks no promise, and the report names each; more of them are a fault of their own.</summary>
    private const int MostUnexpected = 3;

    /// <summary>With what it takes to start and to settle, two minutes.</summary>
    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(85);

    [Fact]
    public async Task Three_silos_keep_every_promise_through_all_faults()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HISTORY_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : UsualSeed;
        await using var progress = new StringWriter(CultureInfo.InvariantCulture);
        RunReport report;
        try
        {
            report = await HistoryRunner.RunAsync(new RunOptions(seed, FaultTime), progress, TestContext.Current.CancellationToken);
        }
        finally
        {
            output.WriteLine(progress.ToString());
        }

        output.WriteLine(report.ToString());
        Assert.Empty(report.Violations);
        Assert.True(report.UnexpectedAnswers <= MostUnexpected, string.Join('\n', report.Unexpected));
        Assert.True(report.Acknowledged > FewestOperations, "a run in which nothing happens proves nothing");
        Assert.True(report.Faults > 0);
    }
}
