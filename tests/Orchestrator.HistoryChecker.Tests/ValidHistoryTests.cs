namespace Orchestrator.HistoryChecker.Tests;

public sealed class ValidHistoryTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void Nothing_is_found_in_what_a_correct_cluster_did(int seed)
    {
        var history = SimulatedCluster.Run(seed, steps: 1500);
        Assert.Empty(HistoryCheck.Run(history));
        Assert.True(history.Log.Count > 30, "a history in which nothing happens proves nothing");
        Assert.Contains(history.Operations, operation => operation.Outcome == Outcome.Unknown);
        Assert.Contains(history.Operations, operation => operation.Outcome == Outcome.Conflict);
    }

    [Fact]
    public void An_empty_history_is_valid() => Assert.Empty(HistoryCheck.Run(new History()));
}
