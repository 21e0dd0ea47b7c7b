using System.IO.Compression;

namespace Orchestrator.Agent.Streaming;

/// <summary>The files of one container's log: the one that is written, and those that were moved away when they had grown.</summary>
/// <remarks>As kubelet names them: <c>0.log</c>, <c>0.log.20260102-150405</c>, and the older ones with <c>.gz</c>. The names sort by time.</remarks>
internal static class LogFiles
{
    private const string CompressedSuffix = ".gz";
    private const string UnfinishedSuffix = ".tmp";

    /// <summary>The files from the oldest to the newest, those that exist.</summary>
    public static IReadOnlyList<string> Of(string path)
    {
        var folder = Path.GetDirectoryName(path) ?? "/";
        if (!Directory.Exists(folder))
        {
            return [];
        }

        // The pattern alone would match the path itself, too.
        var rotated = Directory.GetFiles(folder, Path.GetFileName(path) + ".*")
            .Where(file => file.Length > path.Length && !file.EndsWith(UnfinishedSuffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        return File.Exists(path) ? [.. rotated, path] : [.. rotated];
    }

    /// <summary>True when a file can only be read from its beginning.</summary>
    public static bool IsCompressed(string path) => path.EndsWith(CompressedSuffix, StringComparison.Ordinal);

    /// <summary>Opens a file while others write, move or remove it.</summary>
    public static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return IsCompressed(path) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
