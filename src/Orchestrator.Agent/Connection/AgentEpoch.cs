using System.Globalization;

namespace Orchestrator.Agent.Connection;

/// <summary>Numbers the runs of an agent, so that the control plane can tell a newer one from one that lingers.</summary>
internal static class AgentEpoch
{
    /// <summary>The next number, written down before it is used.</summary>
    /// <remarks>At least the clock's milliseconds: a node whose state directory was lost is still newer than before.</remarks>
    public static long Next(string stateDirectory, TimeProvider clock)
    {
        var path = Path.Combine(stateDirectory, "epoch");
        var last = File.Exists(path) && long.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var stored) ? stored : 0;
        var next = Math.Max(last + 1, clock.GetUtcNow().ToUnixTimeMilliseconds());
        using (var file = new FileStream(path + ".partial", FileMode.Create, FileAccess.Write))
        using (var text = new StreamWriter(file))
        {
            text.Write(next.ToString(CultureInfo.InvariantCulture));
            text.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".partial", path, overwrite: true);
        return next;
    }
}
