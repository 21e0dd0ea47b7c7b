using Orchestrator.TestKit.Silos;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>A cluster in a temporary directory, driven by the program's own commands. Whoever makes it removes it.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(SourceTree.Root, "src", "Orchestrator.Host", "bin", "Release", "net10.0", "publish", "orchestrator.dll");

    private readonly string caches;

    public TestCluster()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("orc-e2e-").FullName;
        caches = System.IO.Directory.CreateTempSubdirectory("orc-e2e-kubectl-").FullName;
        Port = FreePort();
    }

    /// <summary>The data directory.</summary>
    public string Directory { get; }

    /// <summary>The API's port.</summary>
    public int Port { get; }

    /// <summary>The administrator's kubeconfig.</summary>
    public string Kubeconfig => Path.Combine(Directory, "kubeconfig");

    /// <summary>Runs one of the program's commands.</summary>
    public static Task<Ran> CommandAsync(params string[] arguments) => Ran.RunAsync("dotnet", [Program, .. arguments]);

    /// <summary>Starts the cluster, or resumes it, and returns when it is ready.</summary>
    public Task<Ran> UpAsync(params string[] options) =>
        CommandAsync(["up", "--data-dir", Directory, "--detach", "--api-port", $"{Port}", .. options]);

    /// <summary>Starts it and expects that it succeeds.</summary>
    public async Task UpOrFailAsync(params string[] options)
    {
        var ran = await UpAsync(options);
        if (ran.Code != 0)
        {
            throw new InvalidOperationException($"up: {ran.Errors}{ran.Output}");
        }
    }

    /// <summary>kubectl in a namespace.</summary>
    public Kubectl Kubectl(string ns) => new(Kubeconfig, caches, ns);

    /// <summary>A namespace of a test's own, removed by whoever removes the cluster.</summary>
    public async Task<Kubectl> NamespaceAsync()
    {
        var name = "t-" + Guid.NewGuid().ToString("n")[..8];
        await File.WriteAllTextAsync(
            Path.Combine(caches, name + ".kubeconfig"),
            (await File.ReadAllTextAsync(Kubeconfig)).Replace("    user: kubernetes-admin\n", $"    user: kubernetes-admin\n    namespace: {name}\n", StringComparison.Ordinal));
        var kubectl = Kubectl(name);
        await kubectl.RunAsync($"create namespace {name}");

        // A pod made by hand needs the account that the controller makes.
        await Until.AsWantedAsync("the default account", async () => (await kubectl.TryAsync("get serviceaccount default -o name")).Code, code => code == 0);
        return kubectl;
    }

    /// <summary>The process that a pid file of the cluster names; zero: there is none.</summary>
    public int PidOf(string part)
    {
        var path = Path.Combine(Directory, "run", part + ".pid");
        return File.Exists(path) ? int.Parse(File.ReadAllText(path).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The end of a log, for a message.</summary>
    public string LogOf(string name)
    {
        var path = Path.Combine(Directory, name);
        return File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(40)) : "(none)";
    }

    /// <summary>Ends the cluster with all that it made, and makes sure that nothing is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (System.IO.Directory.Exists(Directory))
        {
            if (System.IO.Directory.Exists(Path.Combine(Directory, "run")))
            {
                var down = await CommandAsync("down", "--data-dir", Directory, "--purge");
                Assert.True(down.Code == 0, down.Errors + down.Output);
            }
            else
            {
                System.IO.Directory.Delete(Directory, recursive: true);
            }
        }

        System.IO.Directory.Delete(caches, recursive: true);
        Assert.Empty(await HostState.LeftByAsync(Directory));
    }

    public static int FreePort() => FreePorts.Take(1)[0];
}
