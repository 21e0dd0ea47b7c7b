namespace Orchestrator.Cel;

/// <summary>Something wrong with an expression.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in code points, from 1.</param>
/// <param name="Message">What is wrong, without the place.</param>
/// <param name="Display">The issue with the place and the quoted line, as the Kubernetes API embeds it in its messages.</param>
public sealed record CelIssue(int Line, int Column, string Message, string Display)
{
    /// <summary>All issues as one message, which is what cel-go's <c>Issues.Err()</c> prints.</summary>
    public static string Join(IEnumerable<CelIssue> issues) => string.Join('\n', issues.Select(issue => issue.Display));

    public override string ToString() => Display;
}
