using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Database;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Up;

/// <summary>Starts a cluster on this host, serves, and keeps its parts running.</summary>
internal sealed class ClusterUp(UpSettings settings, DataDirectory directory, IStartProgress progress, LogLevel logLevel)
{
    private const int PreferredSiloPort = 11111;
    private const int PreferredClientPort = 30000;

    private readonly List<IPart> parts = [];

    /// <summary>What this start has begun, in order: a start that fails ends it again.</summary>
    private readonly Stack<Func<Task>> begun = new();

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

    private async Task StartAsync(ClusterRecord record, string tokens, ClusterSecrets secrets, long began, CancellationToken cancellationToken)
    {
        ClusterServer? server = null;
        try
        {
            var database = await StartDatabaseAsync(record, cancellationToken);
            directory.WriteRecord(record);
            server = await ClusterServer.StartAsync(ServerOf(record, database, tokens), secrets, logLevel, cancellationToken);
            ClusterSecrets.Write(directory.Kubeconfig, Kubeconfig.Write(UrlOf(record), secrets.Authority.CertificatePem, secrets.Authority.IssueAdministrator()));
            progress.Done(string.Create(CultureInfo.InvariantCulture, $"API on {UrlOf(record)}"));
        }
        catch
        {
            await UndoAsync(server);
            throw;
        }

        progress.Ready(Summary(began));
        await ServeAsync(server, cancellationToken);
    }

    private async Task ServeAsync(ClusterServer server, CancellationToken cancellationToken)
    {
        await using (server)
        {
            var supervisor = new Supervisor(parts, server.Loggers.CreateLogger<Supervisor>(), TimeProvider.System);
            await supervisor.RunAsync(cancellationToken);
            await server.StopAsync();
        }
    }

    private async Task<string> StartDatabaseAsync(ClusterRecord record, CancellationToken cancellationToken)
    {
        if (record.Database is { } given)
        {
            await DatabaseSetup.MigrateAsync(given, cancellationToken);
            progress.Done("database migrated");
            return given;
        }

        var postgres = await PrivatePostgres.PrepareAsync(directory, cancellationToken);
        await BeginAsync(postgres, cancellationToken);
        await DatabaseSetup.MigrateAsync(postgres.ConnectionString, cancellationToken);
        await postgres.ForgetSilosAsync(cancellationToken);
        progress.Done(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {postgres.Major}, private, in {directory.Postgres}"));
        return postgres.ConnectionString;
    }

    private async Task BeginAsync<TPart>(TPart part, CancellationToken cancellationToken)
        where TPart : IPart
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
        RunsScheduler = !settings.DisableScheduler,
        RunsControllers = !settings.DisableControllerManager,
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
        $"./orchestrator down{(settings.DataDirectory is null ? "" : $" --data-dir {directory.Root}")} ends it. Ending the server alone leaves the pods running.",
    ];
}
