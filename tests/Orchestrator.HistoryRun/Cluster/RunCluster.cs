using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun.Cluster;

/// <summary>Three silos, each behind a proxy of its own, on one PostgreSQL with a disk of its own.</summary>
internal sealed class RunCluster : IAsyncDisposable
{
    /// <summary>The static token by which the load speaks to the silos.</summary>
    public const string Token = "history-run";

    /// <summary>What Orleans says when a silo learns of it.</summary>
    private const string DeclaredDead = "I have been told I am dead";

    /// <summary>More than a starved machine explains.</summary>
    private const int MostEvictions = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string root;
    private HttpClient? probe;

    private RunCluster(string root, DatabaseDisk disk, PostgresServer server, NpgsqlDataSource database)
    {
        (this.root, Disk, Server, Database) = (root, disk, server, database);
    }

    /// <summary>The certificate by which clients know the silos.</summary>
    public string AuthorityFile => Path.Combine(root, "pki", "ca.crt");

    /// <summary>PostgreSQL's disk.</summary>
    public DatabaseDisk Disk { get; }

    /// <summary>PostgreSQL.</summary>
    public PostgresServer Server { get; }

    /// <summary>Connections past the proxies, for faults and for the truth.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>The silos.</summary>
    public IReadOnlyList<SiloProcess> Silos { get; private set; } = [];

    /// <summary>The way of each silo to PostgreSQL.</summary>
    public IReadOnlyList<DatabaseProxy> Proxies { get; private set; } = [];

    /// <summary>How often a silo was started again that had ended because the others had declared it dead.</summary>
    public int Evictions { get; private set; }

    /// <summary>True when the last silo's clock can be moved.</summary>
    public bool CanMoveClock { get; private set; }

    /// <summary>Starts everything.</summary>
    public static async Task<RunCluster> StartAsync(int silos, string program, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("orh-").FullName;
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var disk = new DatabaseDisk(Path.Combine(root, "pg"));
        var server = new PostgresServer(disk.Path, "max_wal_size=128MB", "min_wal_size=64MB");
        var connection = server.CreateDatabase();
        var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection)
        {
            SearchPath = "orchestrator", ApplicationName = "history run", Timeout = 5, CommandTimeout = 5, MaxPoolSize = 8,
        });
        var cluster = new RunCluster(root, disk, server, database);
        try
        {
            cluster.Prepare(silos, program.Length > 0 ? program : SiloProcess.OwnProgram(), connection);

            // The first alone: it migrates the database and makes the keys.
            foreach (var group in cluster.Silos.GroupBy(silo => silo == cluster.Silos[0]))
            {
                foreach (var silo in group)
                {
                    silo.Start();
                }

                await Task.WhenAll(group.Select(silo => cluster.ReadyAsync(silo, cancellationToken)));
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a silo serves. One that was declared dead ends itself; whoever runs it starts it again, which is done here.</summary>
    public async Task ReadyAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(silo, cancellationToken))
        {
            var isGone = !Signals.IsAlive(silo.ProcessId);
            if (isGone && silo.Log.Contains(DeclaredDead, StringComparison.Ordinal) && Evictions < MostEvictions)
            {
                Evictions++;
                silo.Start();
            }
            else if (isGone || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException($"{silo.Name} does not become ready:\n{silo.Log}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
        {
            silo.Dispose();
        }

        foreach (var proxy in Proxies)
        {
            proxy.Dispose();
        }

        await Database.DisposeAsync();
        Disk.Free();
        Server.Dispose();
        Disk.Dispose();
        probe?.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private static string ClockLibrary() =>
        Directory.Exists("/usr/lib") ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).FirstOrDefault("") : "";

    private void Prepare(int silos, string program, string connection)
    {
        var tokens = Path.Combine(root, "tokens.csv");
        File.WriteAllText(tokens, $"{Token},history-run,1,\"system:masters\"\n");
        var ports = FreePorts.Take(3 * silos);
        var clock = ClockLibrary();
        CanMoveClock = clock.Length > 0;
        Proxies = [.. Enumerable.Range(0, silos).Select(number => new DatabaseProxy(Path.Combine(root, $"p{number}"), Disk.Path))];
        Silos = [.. Enumerable.Range(0, silos).Select(number => new SiloProcess(new SiloPlace(
            $"silo-{number}",
            ports[3 * number],
            program,
            [
                "--database", new NpgsqlConnectionStringBuilder(connection) { Host = Proxies[number].Directory }.ConnectionString,
                "--pki-dir", Path.Combine(root, "pki"), "--token-auth-file", tokens,
                "--api-port", Text(ports[3 * number]), "--silo-port", Text(ports[(3 * number) + 1]), "--client-port", Text(ports[(3 * number) + 2]),
                "--disable-scheduler", "--disable-controller-manager",

                // A short past, so that partitions go away while clients resume in them.
                "--log-retention", "00:00:10", "--log-partition", "500",
            ],
            number == silos - 1 ? clock : "",
            Path.Combine(root, "clock"))))];
        File.WriteAllText(Path.Combine(root, "clock"), "+0\n");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> IsReadyAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        if (!File.Exists(AuthorityFile))
        {
            return false;
        }

        probe ??= ApiHttp.Create(AuthorityFile);
        try
        {
            using var answer = await probe.GetAsync(new Uri(silo.Api, "/api/v1/namespaces/default"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
