namespace Orchestrator.Agent.Probes;

/// <summary>How one attempt ended.</summary>
internal enum ProbeResult
{
    /// <summary>The container passes.</summary>
    Success,

    /// <summary>It passes, and something is odd about it.</summary>
    Warning,

    /// <summary>It does not pass.</summary>
    Failure,

    /// <summary>The attempt could not be made; it says nothing of the container and counts for nothing.</summary>
    Error,
}

/// <summary>How one attempt ended, and what the container or the network said.</summary>
internal sealed record ProbeOutcome(ProbeResult Result, string Message)
{
    /// <summary>More of an answer than this is not read: it ends up in events.</summary>
    public const int OutputLimit = 10 << 10;

    /// <summary>A success with nothing to say.</summary>
    public static ProbeOutcome Passed { get; } = new(ProbeResult.Success, "");

    /// <summary>A failure, with its message cut to what an event may hold.</summary>
    public static ProbeOutcome Failed(string message) => new(ProbeResult.Failure, Cut(message));

    /// <summary>An attempt that could not be made.</summary>
    public static ProbeOutcome Errored(string message) => new(ProbeResult.Error, Cut(message));

    private static string Cut(string text) => text.Length <= OutputLimit ? text : text[..OutputLimit];
}
