namespace Orchestrator.Cel;

/// <summary>The outcome of compiling an expression: a program, or at least one issue.</summary>
public sealed class CelCompilation
{
    private CelCompilation(CelProgram? program, IReadOnlyList<CelIssue> issues)
    {
        Program = program;
        Issues = issues;
    }

    /// <summary>The program, or null when there are issues.</summary>
    public CelProgram? Program { get; }

    /// <summary>What is wrong, in the order of the source.</summary>
    public IReadOnlyList<CelIssue> Issues { get; }

    /// <summary>All issues as one text, the form in which messages of the Kubernetes API embed them; empty when there are none.</summary>
    public string Message => CelIssue.Join(Issues);

    internal static CelCompilation Succeeded(CelProgram program) => new(program, []);

    internal static CelCompilation Failed(IReadOnlyList<CelIssue> issues) => new(null, issues);
}
