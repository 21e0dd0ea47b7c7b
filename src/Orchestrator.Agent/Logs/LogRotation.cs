using System.Globalization;
using Orchestrator.Agent.Cri;

namespace Orchestrator.Agent.Logs;

/// <summary>Keeps the logs of containers within bounds: a full file is put aside and the runtime begins a new one.</summary>
/// <remarks>Upstream: pkg/kubelet/logs/container_log_manager.go, without compression.</remarks>
internal sealed class LogRotation(ICriRuntime runtime, Func<IReadOnlyList<(string ContainerId, string LogPath)>> logs, TimeProvider clock)
{
    /// <summary>Upstream: --container-log-max-size.</summary>
    internal const long LargestFile = 10L << 20;

    /// <summary>Upstream: --container-log-max-files, the one being written included.</summary>
    internal const int MostFiles = 5;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var (id, path) in logs())
            {
                await RotateAsync(id, path, cancellationToken);
            }
        }
    }

    /// <summary>Puts one log aside if it is full.</summary>
    public async Task RotateAsync(string containerId, string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length < LargestFile)
        {
            return;
        }

        var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.{clock.GetUtcNow():yyyyMMdd-HHmmss}");
        File.Move(path, aside, overwrite: true);
        try
        {
            await runtime.ReopenContainerLogAsync(containerId, cancellationToken);
        }
        catch (CriException)
        {
            // The runtime goes on writing to the file that was put aside; under its old name the next look finds it again.
            if (!File.Exists(path))
            {
                File.Move(aside, path);
            }

            return;
        }

        foreach (var oldest in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*").OrderDescending(StringComparer.Ordinal).Skip(MostFiles - 1))
        {
            File.Delete(oldest);
        }
    }
}
