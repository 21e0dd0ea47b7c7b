using System.Globalization;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Network;

namespace Orchestrator.Agent.Images;

/// <summary>Imports image archives (*.tar) of a directory at start and when they appear: for machines with no registry.</summary>
/// <remarks>CRI has no import, so this one thing goes through containerd's own client.</remarks>
internal sealed partial class ImageArchives(AgentOptions options, ILogger<ImageArchives> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>Where the agent notes what it has imported, by size and time.</summary>
    private const string NoteEnding = ".imported";

    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Imports what is there now. Archives that cannot be imported are told of, once for each version.</summary>
    public async Task ImportAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.ImageArchiveDirectory))
        {
            return;
        }

        foreach (var path in Directory.GetFiles(options.ImageArchiveDirectory, "*.tar").Order(StringComparer.Ordinal))
        {
            await ImportAsync(path, cancellationToken);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period);
        do
        {
            await ImportAsync(cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task ImportAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        var print = string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}");
        var note = NoteOf(path);
        var known = _seen.TryGetValue(path, out var seen) ? seen : File.Exists(note) ? await File.ReadAllTextAsync(note, cancellationToken) : "";
        if (known == print)
        {
            _seen[path] = print;
            return;
        }

        try
        {
            await HostCommand.RunAsync("ctr", ["--address", options.RuntimeSocket, "-n", "k8s.io", "images", "import", path], null, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(note)!);
            await File.WriteAllTextAsync(note, print, cancellationToken);
            _seen[path] = print;
            LogImported(path);
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            // The archive may still be written, or the runtime may be away: tried again at each look, told once.
            if (_refused.Add(path + print))
            {
                LogRefused(path, e.Message);
            }
        }
    }

    private string NoteOf(string path) => Path.Combine(options.StateDirectory, "imported-images", Path.GetFileName(path) + NoteEnding);
}
