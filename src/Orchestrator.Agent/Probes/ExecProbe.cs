namespace Orchestrator.Agent.Probes;

/// <summary>How a command in a container ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote, standard output before standard error.</param>
/// <param name="TimedOut">It did not end in its time and was killed.</param>
internal sealed record ExecOutcome(int ExitCode, string Output, bool TimedOut);

/// <summary>Runs a command in a container and waits for it. A timeout of zero waits as long as it takes.</summary>
/// <exception cref="IOException">The runtime could not run it at all.</exception>
internal delegate Task<ExecOutcome> ExecProbe(IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken);
