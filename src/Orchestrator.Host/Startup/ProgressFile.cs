namespace Orchestrator.Host.Startup;

/// <summary>Progress that a detached server leaves in a file for the command that waits for it.</summary>
internal sealed class ProgressFile(string path) : IStartProgress
{
    private const string DonePrefix = "done ";
    private const string LinePrefix = "line ";
    private const string FailedPrefix = "failed ";
    private const string ReadyMark = "ready";

    /// <inheritdoc />
    public void Done(string what) => Write(DonePrefix + what);

    /// <inheritdoc />
    public void Ready(IReadOnlyList<string> lines) => Write(string.Join('\n', [.. lines.Select(line => LinePrefix + line), ReadyMark]));

    /// <summary>The start has failed.</summary>
    public void Failed(string message) => Write(string.Join('\n', message.Split('\n').Select(line => FailedPrefix + line)));

    /// <summary>Passes on what a writer has left since a line.</summary>
    /// <returns>How far the file was read, and whether the writer is ready or has failed, and why.</returns>
    public static (int Lines, bool Ready, string? Failure) PassOn(string path, int from, IStartProgress to)
    {
        // The last piece is a line that is not yet whole.
        var lines = File.Exists(path) ? File.ReadAllText(path).Split('\n')[..^1] : [];
        var fresh = lines.Skip(from).ToList();
        foreach (var line in fresh.Where(line => line.StartsWith(DonePrefix, StringComparison.Ordinal)))
        {
            to.Done(line[DonePrefix.Length..]);
        }

        var ready = fresh.Contains(ReadyMark);
        if (ready)
        {
            to.Ready(Texts(lines, LinePrefix));
        }

        var failure = Texts(lines, FailedPrefix);
        return (lines.Length, ready, failure.Count == 0 ? null : string.Join('\n', failure));
    }

    private static List<string> Texts(IEnumerable<string> lines, string prefix) =>
        [.. lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line[prefix.Length..])];

    private void Write(string text) => File.AppendAllText(path, text + "\n");
}
