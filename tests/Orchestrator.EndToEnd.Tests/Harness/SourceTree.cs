using System.Runtime.CompilerServices;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>The repository that the tests were built from.</summary>
public static class SourceTree
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    /// <summary>A file of it.</summary>
    public static string At(params string[] path) => Path.Combine([Root, .. path]);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
