using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Database;
using Orchestrator.Host.Nodes;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Up;

/// <summary>Starts a cluster on this host, serves, and keeps its parts running.</summary>
internal sealed class ClusterUp(UpSettings settings, DataDirectory directory, IStartProgress progress, LogLevel logLevel) : IDisposable
{
    private const int PreferredSiloPort = 11111;
    private const int PreferredClientPort = 30000;

    /// <summary>A new node imports its images first; a busy machine needs its time for that.</summary>
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(90);

    private readonly List<IPart> parts = [];

    /// <summary>What this start has begun, in order: a start that fails ends it again.</summary>
    private readonly Stack<Func<Task>> begun = new();

    private readonly CancellationTokenSource stopSimulated = new();
    private Task simulated = Task.CompletedTask;

    private bool RunsAgent => !settings.DisableAgent && Environment.IsPrivilegedProcess;

    /// <summary>Runs until cancelled. PostgreSQL, containerd and the pods go on running: a later start finds them, and <c>down</c> ends them.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await directory.PrepareAsync(cancellationToken);
        using var taken = directory.Lock();
        var record = settings.Resolve(directory.ReadRecord());
        Ports.Require(IPAddress.Loopback, record.ApiPort);
        var tokens = ReadTokens();
        using var secrets = ClusterSecrets.LoadOrCreate(directory.Secrets, TimeProvider.System);
        PidFile.Write(directory.PidFileOf("server"), ProcessIdentity.Current);
        try
        {
            await StartAsync(record, tokens, secrets, began, cancellationToken);
        }
        finally
        {
            File.Delete(directory.PidFileOf("server"));
        }
    }

    /// <inheritdoc />
    public void Dispose() => stopSimulated.Dispose();

    private async Task StartAsync(ClusterRecord record, string tokens, ClusterSecrets secrets, long began, CancellationToken cancellationToken)
    {
        ClusterServer? server = null;
        try
        {
            var database = await StartDatabaseAsync(record, cancellationToken);
            directory.WriteRecord(record);
            var serverSettings = ServerOf(record, database, tokens);
            server = await ClusterServer.StartAsync(serverSettings, secrets, logLevel, cancellationToken);
            GrainClientFile.Write(directory.GrainClient, serverSettings, secrets);
            ClusterSecrets.Write(directory.Kubeconfig, Kubeconfig.Write(UrlOf(record), secrets.Authority.CertificatePem, secrets.Authority.IssueAdministrator()));
            progress.Done(string.Create(CultureInfo.InvariantCulture, $"API on {UrlOf(record)}"));
            await StartNodesAsync(record, server, secrets, cancellationToken);
        }
        catch
        {
            await UndoAsync(server);
            throw;
        }

        progress.Ready(Summary(began));
        await ServeAsync(server, cancellationToken);
    }

    private async Task StartNodesAsync(ClusterRecord record, ClusterServer server, ClusterSecrets secrets, CancellationToken cancellationToken)
    {
        List<string> nodes = [];
        var node = NodeOf(record);
        if (RunsAgent)
        {
            var options = await HostNode.PrepareAsync(directory, node, BeginAsync, progress, cancellationToken);
            new NodeFiles(directory.Agent).Ensure(record.NodeName, secrets.Authority);
            await BeginAsync(new AgentProcess(directory, options), cancellationToken);
            nodes.Add(record.NodeName);
        }

        if (settings.SimulatedNodes > 0)
        {
            simulated = SimulatedNodes.RunAsync(settings.SimulatedNodes, directory, node, secrets.Authority, server.Loggers, stopSimulated.Token);
            nodes.AddRange(Enumerable.Range(1, settings.SimulatedNodes).Select(SimulatedNodes.NameOf));
        }

        if (!await NodeReadiness.WaitAsync(server.Cache, nodes, NodePatience, cancellationToken))
        {
            throw new StartupException(RunsAgent
                ? $"the node {record.NodeName} did not become ready in {NodePatience.TotalSeconds} s; the end of {directory.LogOf("agent")}:\n{LogTail.Read(directory.LogOf("agent"))}"
                : $"the simulated nodes did not become ready in {NodePatience.TotalSeconds} s: see {directory.ServerLog}");
        }

        if (nodes.Count > 0)
        {
            progress.Done(nodes.Count == 1 ? $"node {nodes[0]} is ready" : string.Create(CultureInfo.InvariantCulture, $"{nodes.Count} nodes are ready"));
        }
    }

    private async Task ServeAsync(ClusterServer server, CancellationToken cancellationToken)
    {
        await using (server)
        {
            var supervisor = new Supervisor(parts, server.Loggers.CreateLogger<Supervisor>(), TimeProvider.System);
            await supervisor.RunAsync(cancellationToken);
            await StopSimulatedAsync();
            foreach (var agent in parts.OfType<AgentProcess>())
            {
                await agent.StopAsync();
            }

            await server.StopAsync();
        }

        // Not containerd: it carries what the pods write, and they go on.
        foreach (var postgres in parts.OfType<PrivatePostgres>())
        {
            await postgres.StopAsync();
        }
    }

    private async Task StopSimulatedAsync()
    {
        await stopSimulated.CancelAsync();
        await simulated;
    }

    private async Task<string> StartDatabaseAsync(ClusterRecord record, CancellationToken cancellationToken)
    {
        if (record.Database is { } given)
        {
            await DatabaseSetup.MigrateAsync(given, settings.Store, cancellationToken);
            progress.Done("database migrated");
            return given;
        }

        var postgres = await PrivatePostgres.PrepareAsync(directory, cancellationToken);
        await BeginAsync(postgres, cancellationToken);
        await DatabaseSetup.MigrateAsync(postgres.ConnectionString, settings.Store, cancellationToken);
        await postgres.ForgetSilosAsync(cancellationToken);
        progress.Done(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {postgres.Major}, private, in {directory.Postgres}"));
        return postgres.ConnectionString;
    }

    private async Task BeginAsync(IPart part, CancellationToken cancellationToken)
    {
        // What ran already was not begun by this start, so it is not ended by its failure.
        if (!part.IsAlive)
        {
            begun.Push(part.StopAsync);
        }

        parts.Add(part);
        await part.StartAsync(cancellationToken);
    }

    private async Task UndoAsync(ClusterServer? server)
    {
        await StopSimulatedAsync();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        while (begun.TryPop(out var undo))
        {
            await undo();
        }
    }

    private ServerSettings ServerOf(ClusterRecord record, string database, string tokens) => new()
    {
        Database = database,
        ApiAddress = IPAddress.Loopback,
        ApiPort = record.ApiPort,
        SiloPort = Ports.PreferOrAny(PreferredSiloPort),
        ClientPort = Ports.PreferOrAny(PreferredClientPort),
        AdvertisedUrl = UrlOf(record),
        Names = [record.NodeName],
        PodCidr = record.PodCidr,
        ServiceCidr = record.ServiceCidr,
        TokenAuthFile = tokens,
        Oidc = settings.Oidc,
        Store = settings.Store,
        RunsScheduler = !settings.DisableScheduler,
        RunsControllers = !settings.DisableControllerManager,
    };

    private NodeSettings NodeOf(ClusterRecord record) => new()
    {
        Name = record.NodeName,
        Server = new Uri(UrlOf(record)),
        ContainerdSocket = record.ContainerdSocket,
        Runtime = settings.Runtime,
        PodCidr = record.PodCidr,
        ServiceCidr = record.ServiceCidr,
    };

    private static string UrlOf(ClusterRecord record) => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{record.ApiPort}");

    private string ReadTokens()
    {
        try
        {
            return settings.TokenAuthFile is { } path ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--token-auth-file cannot be read: {e.Message}", e);
        }
    }

    private string[] Summary(long began) =>
    [
        "",
        string.Create(CultureInfo.InvariantCulture, $"The cluster is up ({Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s). Next:"),
        "",
        $"  export KUBECONFIG={directory.Kubeconfig}",
        "  kubectl get nodes",
        "",
        $"./orchestrator down{(settings.DataDirectory is null ? "" : $" --data-dir {directory.Root}")} ends it, pods included.",
        "Ending the server alone, by Ctrl-C or SIGTERM, leaves the pods running; the next start finds them.",
    ];
}
