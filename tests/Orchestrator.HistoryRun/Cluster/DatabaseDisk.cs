using System.Diagnostics;

namespace Orchestrator.HistoryRun.Cluster;

/// <summary>Where the database is. As root it is a small disk of its own, which can be filled; else a directory, which cannot.</summary>
internal sealed class DatabaseDisk : IDisposable
{
    private const string Size = "768m";

    private readonly string filler;
    private readonly bool mounted;

    public DatabaseDisk(string directory)
    {
        Path = directory;
        Directory.CreateDirectory(directory);
        mounted = Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", "size=" + Size, "tmpfs", directory);
        filler = System.IO.Path.Combine(directory, "filler");
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>True when it can be filled without harm to others.</summary>
    public bool CanBeFilled => mounted;

    /// <summary>Leaves no byte.</summary>
    public void Fill()
    {
        var block = new byte[1024 * 1024];
        using var stream = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var length = block.Length; length > 0;)
        {
            try
            {
                stream.Write(block, 0, length);
            }
            catch (IOException)
            {
                // No room for so much: half of it, down to the last byte.
                length /= 2;
            }
        }
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(filler);

    public void Dispose()
    {
        if (mounted)
        {
            // Lazily: a backend may still be on its way out.
            Run("umount", "--lazy", Path);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
