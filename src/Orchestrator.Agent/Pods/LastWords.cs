using System.Text;

namespace Orchestrator.Agent.Pods;

/// <summary>Reads what ended containers left as their last words.</summary>
/// <remarks>Upstream: getTerminationMessage in pkg/kubelet/kuberuntime/kuberuntime_container.go.</remarks>
internal static class LastWords
{
    private const int LongestMessage = 4096;
    private const int LongestFromLog = 2048;

    /// <summary>More than this of a log's end is not looked at: time stamps and stream names come on top of the words.</summary>
    private const int LogWindow = 16 << 10;

    private const int MostLogLines = 80;

    /// <summary>Reads them once for each ended container, and forgets those of containers that are gone.</summary>
    public static void Collect(PodRuntime runtime, PodMemory memory)
    {
        foreach (var id in memory.LastWords.Keys.Except(runtime.Containers.Select(container => container.Id)).ToList())
        {
            memory.LastWords.Remove(id);
        }

        foreach (var container in runtime.Containers.Where(container => container.State == RuntimeState.Exited && !memory.LastWords.ContainsKey(container.Id)))
        {
            memory.LastWords[container.Id] = Read(container);
        }
    }

    private static string Read(RuntimeContainer container)
    {
        var words = container.TerminationMessageFile.Length > 0 ? End(container.TerminationMessageFile, LongestMessage) : "";
        return words.Length == 0 && container is { FallsBackToLog: true, ExitCode: not 0 } && container.LogPath.Length > 0 ? FromLog(container.LogPath) : words;
    }

    private static string FromLog(string path)
    {
        // TIME STREAM F|P TEXT
        var lines = End(path, LogWindow).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 4)).Where(parts => parts.Length == 4).TakeLast(MostLogLines);
        var text = string.Concat(lines.Select(parts => parts[2] == "P" ? parts[3] : parts[3] + "\n"));
        return text.Length <= LongestFromLog ? text : text[^LongestFromLog..];
    }

    private static string End(string path, int bytes)
    {
        try
        {
            using var file = File.OpenRead(path);
            file.Seek(-Math.Min(bytes, file.Length), SeekOrigin.End);
            var buffer = new byte[bytes];
            var read = file.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(buffer, 0, read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The words are gone with the file; the exit code remains.
            return "";
        }
    }
}
