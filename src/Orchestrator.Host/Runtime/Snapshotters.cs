using Orchestrator.Host.Processes;

namespace Orchestrator.Host.Runtime;

/// <summary>Finds out how containers' file systems can be made in a directory.</summary>
internal static class Snapshotters
{
    /// <summary>overlayfs where the kernel and the file system allow it, else native, which copies whole images but works everywhere.</summary>
    public static async Task<string> ChooseAsync(string directory, CancellationToken cancellationToken)
    {
        var trial = Path.Combine(directory, "overlay-trial");
        foreach (var name in (string[])["lower", "upper", "work", "merged"])
        {
            Directory.CreateDirectory(Path.Combine(trial, name));
        }

        try
        {
            string[] arguments = ["-t", "overlay", "overlay", "-o", $"lowerdir={trial}/lower,upperdir={trial}/upper,workdir={trial}/work", $"{trial}/merged"];
            var (code, _) = await HostProgram.TryRunAsync("mount", arguments, cancellationToken);
            if (code != 0)
            {
                return "native";
            }

            await HostProgram.RunAsync("umount", [$"{trial}/merged"], CancellationToken.None);
            return "overlayfs";
        }
        finally
        {
            Directory.Delete(trial, recursive: true);
        }
    }
}
