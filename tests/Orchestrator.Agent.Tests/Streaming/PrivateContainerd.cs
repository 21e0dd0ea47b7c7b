using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol.Cri;
using Xunit;

namespace Orchestrator.Agent.Tests.Streaming;

/// <summary>A containerd of the test's own with one sandbox in the host's network and containers of busybox. Needs root; all of it goes away again.</summary>
public sealed class PrivateContainerd : IAsyncLifetime
{
    private const string Image = "docker.io/test/busybox:1";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("streams-");
    private Process? process;
    private CriRuntime? runtime;
    private PodSandboxConfig? sandboxConfig;

    /// <summary>Why there is none; null when there is.</summary>
    public string? Missing { get; } =
        Environment.UserName != "root" ? "needs root"
        : new[] { "/usr/bin/containerd", "/usr/sbin/runc", "/usr/bin/ctr", "/bin/busybox" }.FirstOrDefault(path => !File.Exists(path)) is { } path ? path + " is missing"
        : null;

    internal ICriRuntime Runtime => runtime!;

    private string Socket => Path.Combine(folder.FullName, "containerd.sock");

    public string SandboxId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        var socket = Socket;
        var config = Path.Combine(folder.FullName, "config.toml");
        await File.WriteAllTextAsync(config, $"""
            version = 2
            root = "{folder.FullName}/root"
            state = "{folder.FullName}/state"
            disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
            [grpc]
              address = "{socket}"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{Image}"
              stream_server_address = "127.0.0.1"
              stream_server_port = "0"
              restrict_oom_score_adj = true
              [plugins."io.containerd.grpc.v1.cri".cni]
                conf_dir = "{folder.FullName}/cni"
            """);
        process = Process.Start(new ProcessStartInfo("/usr/bin/containerd", ["--config", config, "--log-level", "error"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        runtime = RuntimeOf("tests");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await runtime.VersionAsync(CancellationToken.None);
                break;
            }
            catch (CriException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }

        var archive = Path.Combine(folder.FullName, "busybox.tar");
        await WriteImageAsync(archive);
        using var import = Process.Start("/usr/bin/ctr", ["-a", socket, "-n", "k8s.io", "images", "import", archive])!;
        await import.WaitForExitAsync();
        Assert.Equal(0, import.ExitCode);
        sandboxConfig = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = "streams", Namespace = "default", Uid = "uid-streams", Attempt = 0 },
            LogDirectory = Path.Combine(folder.FullName, "logs"),
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = "/" + folder.Name,
                SecurityContext = new LinuxSandboxSecurityContext { NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Node } },
            },
        };
        SandboxId = await runtime.RunPodSandboxAsync(sandboxConfig, CancellationToken.None);
    }

    /// <summary>Starts a container that runs a script; its log is NAME.log.</summary>
    public async Task<string> StartAsync(string name, string script, bool stdin = false, bool tty = false)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = name },
            Image = new ImageSpec { Image = Image },
            LogPath = name + ".log",
            Stdin = stdin,
            StdinOnce = stdin,
            Tty = tty,
            Linux = new LinuxContainerConfig { SecurityContext = new LinuxContainerSecurityContext { NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Node } } },
        };
        config.Command.AddRange(["/bin/busybox", "sh", "-c", script]);
        var id = await runtime!.CreateContainerAsync(SandboxId, config, sandboxConfig!, CancellationToken.None);
        await runtime.StartContainerAsync(id, CancellationToken.None);
        return id;
    }

    /// <summary>The runtime as another agent of the same host sees it.</summary>
    internal CriRuntime RuntimeOf(string owner) => new(Socket, owner);

    public string LogPath(string name) => Path.Combine(folder.FullName, "logs", name + ".log");

    public async ValueTask DisposeAsync()
    {
        if (runtime is not null)
        {
            if (SandboxId.Length > 0)
            {
                await runtime.StopPodSandboxAsync(SandboxId, CancellationToken.None);
                await runtime.RemovePodSandboxAsync(SandboxId, CancellationToken.None);
            }

            runtime.Dispose();
        }

        if (process is not null)
        {
            using var stop = Process.Start("/bin/kill", ["-TERM", $"{process.Id}"])!;
            await process.WaitForExitAsync();
            process.Dispose();
        }

        folder.Delete(recursive: true);
        foreach (var cgroup in Directory.Exists("/sys/fs/cgroup") ? Directory.GetDirectories("/sys/fs/cgroup").Select(controller => Path.Combine(controller, folder.Name)) : [])
        {
            if (Directory.Exists(cgroup))
            {
                Directory.Delete(cgroup);
            }
        }
    }

    private static async Task WriteImageAsync(string path)
    {
        using var layer = new MemoryStream();
        await using (var writer = new TarWriter(layer, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "bin/") { Mode = (UnixFileMode)0x1ED });
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "tmp/") { Mode = (UnixFileMode)0x1FF });
            await using var busybox = File.OpenRead("/bin/busybox");
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = (UnixFileMode)0x1ED, DataStream = busybox });
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(layer.ToArray()));
        var config = $$$"""
            {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/bin/busybox","sleep","3600"],"Env":["PATH=/bin"]},
             "rootfs":{"type":"layers","diff_ids":["sha256:{{{digest}}}"]} }
            """;
        await using var archive = new TarWriter(File.Create(path));
        await AddAsync(archive, "layer.tar", layer.ToArray());
        await AddAsync(archive, "config.json", Encoding.UTF8.GetBytes(config));
        await AddAsync(archive, "manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"config.json","RepoTags":["{{Image}}"],"Layers":["layer.tar"]}]"""));
    }

    private static async Task AddAsync(TarWriter archive, string name, byte[] content)
    {
        using var data = new MemoryStream(content);
        await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
    }
}
