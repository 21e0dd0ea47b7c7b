namespace Orchestrator.Host.Processes;

/// <summary>The end of a program's log, for a message that says why it failed.</summary>
internal static class LogTail
{
    private const int Lines = 8;
    private const int Bytes = 8 * 1024;

    /// <summary>The last lines, indented.</summary>
    public static string Read(string path)
    {
        if (!File.Exists(path))
        {
            return "  (no log)";
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(Bytes, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', lines.TakeLast(Lines).Select(line => "  " + line));
    }
}
