using System.Globalization;
using System.Net.Sockets;
using Npgsql;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Database;

/// <summary>The cluster's own PostgreSQL: its data and its only socket are in the data directory, and only this user gets in.</summary>
/// <remarks>It is a process of its own session that outlives the server. PostgreSQL refuses to run as root, so root hands it to the user postgres.</remarks>
internal sealed class PrivatePostgres : IPart
{
    private const string DatabaseName = "orchestrator";
    private const string Role = "postgres";

    /// <summary>A database of a minute's log takes this long to recover after a crash, on a slow disk.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(25);

    private readonly DataDirectory directory;
    private readonly PostgresBinaries binaries;

    private PrivatePostgres(DataDirectory directory, PostgresBinaries binaries)
    {
        this.directory = directory;
        this.binaries = binaries;
    }

    /// <inheritdoc />
    public string Name => "PostgreSQL";

    /// <summary>Its major version.</summary>
    public int Major => binaries.Major;

    /// <summary>How the cluster connects.</summary>
    public string ConnectionString => Connection(DatabaseName);

    /// <inheritdoc />
    public bool IsAlive => PidFile.FindAlive(PidPath) is not null;

    private static bool AsOther => Environment.IsPrivilegedProcess;

    private string Data => Path.Combine(directory.Postgres, "data");

    private string PidPath => directory.PidFileOf("postgres");

    private string Log => directory.LogOf("postgres");

    private static string RunsAs => AsOther ? Role : Environment.UserName;

    /// <summary>Finds the binaries and makes the database's files if need be.</summary>
    public static async Task<PrivatePostgres> PrepareAsync(DataDirectory directory, CancellationToken cancellationToken)
    {
        var version = Path.Combine(directory.Postgres, "data", "PG_VERSION");
        int? major = File.Exists(version) ? int.Parse((await File.ReadAllTextAsync(version, cancellationToken)).Trim().Split('.')[0], CultureInfo.InvariantCulture) : null;
        var postgres = new PrivatePostgres(directory, await PostgresBinaries.FindAsync(major, cancellationToken));
        if (major is null)
        {
            await postgres.CreateFilesAsync(cancellationToken);
        }

        await postgres.WriteAccessRulesAsync(cancellationToken);
        return postgres;
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var process = PidFile.FindAlive(PidPath)
            ?? await DetachedProcess.StartAsync(PidPath, Log, [.. AsRole, Path.Combine(binaries.Directory, "postgres"), .. Arguments()], cancellationToken: cancellationToken);
        await WaitUntilReadyAsync(process, cancellationToken);
        await CreateDatabaseAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task StopAsync() => await StopAsync(directory);

    /// <summary>Ends the PostgreSQL of a directory, if it runs. What was committed is on the disk.</summary>
    public static async Task StopAsync(DataDirectory directory)
    {
        if (PidFile.FindAlive(directory.PidFileOf("postgres")) is { } process)
        {
            // SIGINT is the fast shutdown: connections are ended, a checkpoint is written. SIGQUIT leaves the recovery to the next start.
            await Signals.EndAsync(process, Signals.Interrupt, StopPatience);
        }
    }

    /// <summary>Forgets silos of former runs: with a database of its own this is the only one, and nobody need be voted dead.</summary>
    public async Task ForgetSilosAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("DELETE FROM orchestrator.orleans_member", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How to connect to the PostgreSQL of a directory, whether it runs or not.</summary>
    public static string ConnectionOf(DataDirectory directory) =>
        new NpgsqlConnectionStringBuilder { Host = directory.Postgres, Username = Role, Database = DatabaseName }.ConnectionString;

    private static string[] AsRole => AsOther ? ["setpriv", "--reuid", Role, "--regid", Role, "--init-groups"] : [];

    private string Connection(string database) =>
        new NpgsqlConnectionStringBuilder { Host = directory.Postgres, Username = Role, Database = database }.ConnectionString;

    /// <summary>Small: the objects are in the server's memory, and the database is mostly written to.</summary>
    private string[] Arguments() =>
    [
        "-D", Data, "-k", directory.Postgres, .. ((string[])
        [
            "listen_addresses=", "unix_socket_permissions=0777", "max_connections=60", "shared_buffers=32MB", "work_mem=2MB", "maintenance_work_mem=32MB",
            "fsync=on", "synchronous_commit=on", "full_page_writes=on", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=512MB", "wal_compression=on",
            "max_logical_replication_workers=0", "max_parallel_workers=0", "max_parallel_workers_per_gather=0", "jit=off", "huge_pages=off",
            "autovacuum_naptime=15s", "autovacuum_max_workers=2", "logging_collector=off", "log_line_prefix=%m [%p] ",
        ]).SelectMany(setting => (string[])["-c", setting]),
    ];

    private async Task CreateFilesAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory.Postgres);
        if (AsOther)
        {
            await RequireRoleAsync(cancellationToken);
            await HostProgram.RunAsync("chown", [$"{Role}:{Role}", directory.Postgres], cancellationToken);
        }

        File.SetUnixFileMode(directory.Postgres, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Made aside and then renamed: a start that was interrupted leaves nothing half done.
        var partial = Data + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        string[] command = [.. AsRole, Path.Combine(binaries.Directory, "initdb"), "-D", partial, "-U", Role, "-A", "peer", "-E", "UTF8", "--locale=C", "--no-instructions"];
        var (code, output) = await HostProgram.TryRunAsync(command[0], command[1..], cancellationToken);
        if (code != 0)
        {
            throw new StartupException($"PostgreSQL could not make its files in {directory.Postgres} (as the user {RunsAs}):\n{output.Trim()}");
        }

        Directory.Move(partial, Data);
    }

    private async Task RequireRoleAsync(CancellationToken cancellationToken)
    {
        var (code, _) = await HostProgram.TryRunAsync("id", [Role], cancellationToken);
        if (code != 0)
        {
            throw new StartupException($"there is no user {Role}, as which PostgreSQL would run: install Debian's package postgresql-common, or make the user (useradd --system {Role})");
        }

        // The user must be able to reach its directory through all that are above.
        string[] test = [.. AsRole, "test", "-x", directory.Root];
        (code, _) = await HostProgram.TryRunAsync(test[0], test[1..], cancellationToken);
        if (code != 0)
        {
            throw new StartupException($"the user {Role}, as which PostgreSQL runs, cannot reach {directory.Root}: let others pass through the directories above it (chmod o+x), or choose another directory with --data-dir");
        }
    }

    private async Task WriteAccessRulesAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "local all all peer map=orchestrator\n", cancellationToken);
        var users = new[] { Environment.UserName, RunsAs }.Distinct(StringComparer.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(Data, "pg_ident.conf"), string.Concat(users.Select(user => $"orchestrator {user} {Role}\n")), cancellationToken);
    }

    private async Task WaitUntilReadyAsync(ProcessIdentity process, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Connection("postgres") + ";Pooling=false;Timeout=5");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or SocketException)
            {
                // No socket yet, or it says itself that it is starting.
                if (!process.IsAlive)
                {
                    throw new StartupException($"PostgreSQL ended while it started; the end of {Log}:\n{LogTail.Read(Log)}", e);
                }

                if (TimeProvider.System.GetElapsedTime(began) > StartPatience)
                {
                    throw new StartupException($"PostgreSQL did not become ready in {StartPatience.TotalSeconds} s ({e.Message}); the end of {Log}:\n{LogTail.Read(Log)}", e);
                }
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Connection("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var find = new NpgsqlCommand($"SELECT 1 FROM pg_database WHERE datname = '{DatabaseName}'", connection);
        if (await find.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {DatabaseName}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
