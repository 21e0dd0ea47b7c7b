using System.Net.Sockets;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Images;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Runtime;

/// <summary>The host's own containerd, apart from any other: root, state, socket and networks are in the data directory.</summary>
internal sealed class PrivateContainerd : IPart
{
    private const string PluginDirectory = "/usr/lib/cni";
    private const string PartName = "containerd";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(25);

    private readonly DataDirectory directory;
    private readonly string program;

    private PrivateContainerd(DataDirectory directory, string program)
    {
        this.directory = directory;
        this.program = program;
    }

    /// <inheritdoc />
    public string Name => PartName;

    /// <inheritdoc />
    public bool IsAlive => PidFile.FindAlive(directory.PidFileOf(PartName)) is not null;

    /// <summary>The CRI socket.</summary>
    public string Socket => SocketOf(directory);

    private string Log => directory.LogOf(PartName);

    private string ConfigurationPath => Path.Combine(directory.Containerd, "config.toml");

    /// <summary>The CRI socket of a data directory.</summary>
    public static string SocketOf(DataDirectory directory) => Path.Combine(directory.Containerd, "containerd.sock");

    /// <summary>Where it looks for networks.</summary>
    public static string CniDirectoryOf(DataDirectory directory) => Path.Combine(directory.Containerd, "cni");

    /// <summary>Finds the programs and writes the configuration.</summary>
    /// <exception cref="StartupException">Something is not installed.</exception>
    public static async Task<PrivateContainerd> PrepareAsync(DataDirectory directory, string runtime, CancellationToken cancellationToken)
    {
        var containerd = new PrivateContainerd(directory, Require("containerd", "containerd"));
        var runtimeProgram = Require(runtime, runtime);
        Require("nft", "nftables");
        Require("ip", "iproute2");
        if (!File.Exists(Path.Combine(PluginDirectory, "bridge")))
        {
            throw new StartupException($"there are no CNI plugins in {PluginDirectory}: install the package containernetworking-plugins");
        }

        Directory.CreateDirectory(CniDirectoryOf(directory));
        var snapshotter = await Snapshotters.ChooseAsync(directory.Containerd, cancellationToken);
        await File.WriteAllTextAsync(
            containerd.ConfigurationPath,
            ContainerdConfiguration.Write(directory.Containerd, OwnImages.Pause, snapshotter, runtimeProgram, PluginDirectory, OomScores.MayBeLowered()),
            cancellationToken);
        return containerd;
    }

    /// <summary>The containerd of an existing data directory, as it was configured.</summary>
    public static PrivateContainerd OfExisting(DataDirectory directory) => new(directory, Require("containerd", "containerd"));

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var process = PidFile.FindAlive(directory.PidFileOf(PartName))
            ?? await DetachedProcess.StartAsync(directory.PidFileOf(PartName), Log, [program, "--config", ConfigurationPath, "--log-level", "warn"], cancellationToken: cancellationToken);
        await WaitUntilReadyAsync(process, cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync() => PidFile.FindAlive(directory.PidFileOf(PartName)) is { } process
        ? Signals.EndAsync(process, Signals.Terminate, StopPatience)
        : Task.CompletedTask;

    private static string Require(string name, string package) => HostProgram.Find(name)
        ?? throw new StartupException($"{name} is not installed: install the package {package} (Debian: apt-get install {package}), or leave this host without a node (--disable-agent)");

    private async Task WaitUntilReadyAsync(ProcessIdentity process, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
        {
            if (!process.IsAlive)
            {
                throw new StartupException($"containerd ended while it started; the end of {Log}:\n{LogTail.Read(Log)}");
            }

            if (TimeProvider.System.GetElapsedTime(began) > StartPatience)
            {
                throw new StartupException($"containerd did not become ready in {StartPatience.TotalSeconds} s; the end of {Log}:\n{LogTail.Read(Log)}");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }

        // It answers also when its CRI part failed, as with a broken snapshotter; then no pod would ever start.
        var plugins = await HostProgram.RunAsync(Require("ctr", "containerd"), ["--address", Socket, "plugins", "ls"], cancellationToken);
        var cri = plugins.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(words => words.Length > 3 && words[1] == "cri");
        if (cri is null || cri[^1] != "ok")
        {
            throw new StartupException($"containerd runs but its CRI plugin does not; the end of {Log}:\n{LogTail.Read(Log)}");
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
