using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Orchestrator.TestKit.Postgres;

/// <summary>A private PostgreSQL on a Unix socket in a temporary directory, with fsync on as in earnest. Nothing of it outlives the test process.</summary>
/// <remarks>
/// A shell is its parent and reads from a pipe of ours: when the pipe closes, because we stopped it or because the test process was
/// killed, the shell ends the server and removes the directory. PostgreSQL refuses to run as root, so root hands it to another user.
/// </remarks>
public sealed class PostgresServer : IDisposable
{
    /// <summary>How long the server may take to start or stop on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // $1 directory of the binaries, $2 our directory, then settings. "s" stops, "i" ends it at once as a crash would, and "r" starts again;
    // the end of the input is the end of everything.
    private const string Script = """
        bin=$1 dir=$2 pid=
        shift 2
        umask 077
        "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || { echo failed; exit 1; }
        start() {
            "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=100 -c shared_buffers=32MB \
                -c logging_collector=off -c autovacuum_naptime=5 "$@" </dev/null >>"$dir/server.log" 2>&1 &
            pid=$!
        }
        stop() { kill -$1 $pid 2>/dev/null; wait $pid; }
        start "$@"
        echo started
        while read -r order; do
            case $order in
                s) stop INT; echo stopped ;;
                i) stop QUIT; echo stopped ;;
                r) start "$@"; echo started ;;
            esac
        done
        kill -QUIT $pid 2>/dev/null
        wait $pid
        rm -rf "$dir" 2>/dev/null
        """;

    private static readonly Lazy<PostgresServer> SharedServer = new(() =>
    {
        var server = new PostgresServer();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    });

    private readonly Process shell;
    private readonly string directory;
    private int databases;

    /// <summary>Starts a server of its own, for a test that stops it.</summary>
    /// <param name="place">An existing directory for it; null: a new one.</param>
    /// <param name="settings">PostgreSQL's settings, each as <c>name=value</c>.</param>
    public PostgresServer(string? place = null, params string[] settings)
    {
        var binaries = FindBinaries();
        directory = place ?? Directory.CreateTempSubdirectory("orchestrator-pg-").FullName;
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" };
        if (Environment.IsPrivilegedProcess)
        {
            var user = UnprivilegedUser();
            Run("chown", user, directory);
            start.FileName = "setpriv";
            foreach (var argument in (string[])["--reuid", user, "--regid", user == "nobody" ? "nogroup" : user, "--clear-groups", "sh"])
            {
                start.ArgumentList.Add(argument);
            }
        }
        else
        {
            start.FileName = "sh";
        }

        foreach (var argument in (string[])["-c", Script, "sh", binaries, directory, .. settings.SelectMany(setting => (string[])["-c", setting])])
        {
            start.ArgumentList.Add(argument);
        }

        shell = Process.Start(start)!;
        Expect("started");
        WaitUntilReady();
    }

    /// <summary>The server that all test classes of the process share; each takes a database of its own.</summary>
    public static PostgresServer Shared => SharedServer.Value;

    /// <summary>The connection string of a database.</summary>
    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = directory, Username = "postgres", Database = database }.ConnectionString;

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public string CreateDatabase()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref databases)}");
        Execute($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Removes a database, along with whoever is still connected to it.</summary>
    public void DropDatabase(string connectionString) =>
        Execute($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    /// <summary>Stops the server and keeps its data.</summary>
    public void Stop()
    {
        Order("s");
        Expect("stopped");
    }

    /// <summary>Ends the server as a crash would: what was not on the disk is lost, and the next start recovers.</summary>
    public void Crash()
    {
        Order("i");
        Expect("stopped");
    }

    /// <summary>Starts it again.</summary>
    public void Start()
    {
        Order("r");
        Expect("started");
        WaitUntilReady();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        shell.StandardInput.Close();
        shell.WaitForExit(Patience);
        shell.Dispose();
    }

    private static string FindBinaries()
    {
        string[] candidates =
        [
            .. Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
                : [],
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
        ];
        return candidates.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL's initdb was not found: install the package postgresql");
    }

    private static string UnprivilegedUser() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
        }
    }

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        connection.Open();
#pragma warning disable CA2100 // Names that this class made.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private void Order(string order)
    {
        shell.StandardInput.WriteLine(order);
        shell.StandardInput.Flush();
    }

    private void Expect(string answer)
    {
        var line = shell.StandardOutput.ReadLine();
        if (line != answer)
        {
            var log = Path.Combine(directory, "initdb.log");
            throw new InvalidOperationException($"PostgreSQL answered '{line}' instead of '{answer}': {(File.Exists(log) ? File.ReadAllText(log) : "no log")}");
        }
    }

    private void WaitUntilReady()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Execute("SELECT 1");
                return;
            }
            catch (NpgsqlException e) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                // It says itself that it is starting, or has no socket yet; nothing notifies of the moment it is ready.
                Thread.Sleep(e is PostgresException ? 20 : 50);
            }
        }
    }
}
