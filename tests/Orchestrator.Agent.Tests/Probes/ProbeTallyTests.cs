using Orchestrator.Agent.Probes;

namespace Orchestrator.Agent.Tests.Probes;

public sealed class ProbeTallyTests
{
    [Theory]
    [InlineData(1, 3, "+", "+")]
    [InlineData(1, 3, "--", "??")]
    [InlineData(1, 3, "---", "??-")]
    [InlineData(1, 3, "+--+---", "++++++-")]
    [InlineData(2, 1, "+-++", "?--+")]
    [InlineData(2, 2, "++-+--", "?++++-")]
    public void Attempts_in_a_row_make_a_verdict(int successes, int failures, string attempts, string verdicts)
    {
        var tally = new ProbeTally(successes, failures);
        var said = "";
        foreach (var attempt in attempts)
        {
            tally = tally.After(attempt == '+');
            said += tally.Verdict switch { null => '?', true => '+', false => '-' };
        }

        Assert.Equal(verdicts, said);
    }
}
