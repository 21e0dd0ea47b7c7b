namespace Orchestrator.Agent.Probes;

/// <summary>Runs a command in the container: exit code 0 passes.</summary>
/// <remarks>Upstream: pkg/probe/exec.</remarks>
internal static class CommandProbe
{
    /// <summary>One attempt.</summary>
    public static async Task<ProbeOutcome> ProbeAsync(IReadOnlyList<string> command, TimeSpan timeout, ExecProbe exec, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await exec(command, timeout, cancellationToken);
            return outcome switch
            {
                { TimedOut: true } => ProbeOutcome.Failed($"command timed out: \"{string.Join(' ', command)}\" timed out after {timeout.TotalSeconds}s"),
                { ExitCode: 0 } => ProbeOutcome.Passed,
                _ => ProbeOutcome.Failed(outcome.Output),
            };
        }
        catch (IOException e)
        {
            return ProbeOutcome.Errored(e.Message);
        }
    }
}
