using System.Globalization;
using Npgsql;

namespace Orchestrator.Store;

/// <summary>The ways of this silo into the database.</summary>
internal sealed class StoreConnections : IAsyncDisposable
{
    /// <summary>One query for the revision runs at a time; the others are for grains that load their object.</summary>
    private const int MaxReadConnections = 4;

    /// <summary>Statements that a connection for reads keeps prepared; there are fewer.</summary>
    private const int PreparedReads = 8;

    private const int IdleSeconds = 30;

    public StoreConnections(StoreOptions options, NpgsqlDataSource shared)
    {
        Shared = shared;
        Reads = NpgsqlDataSource.Create(ForReads(options));
        Commit = NpgsqlDataSource.Create(ForCommits(options));
        Feed = NpgsqlDataSource.Create(ForFeed(options));
    }

    /// <summary>Pooled, for what is rare: migrations, the upkeep of the log, replays of it, backups.</summary>
    public NpgsqlDataSource Shared { get; }

    /// <summary>Pooled, for the revision and for single objects: one statement each, which leaves nothing behind in its session.</summary>
    public NpgsqlDataSource Reads { get; }

    /// <summary>The committer's one connection.</summary>
    public NpgsqlDataSource Commit { get; }

    /// <summary>The change feed's one connection, which listens and therefore must never sit in a transaction.</summary>
    public NpgsqlDataSource Feed { get; }

    /// <summary>The pool that the whole silo shares.</summary>
    public static NpgsqlDataSource CreateShared(StoreOptions options)
    {
        var builder = From(options);
        builder.MaxPoolSize = options.MaxPoolSize;

        // Idle backends cost several megabytes each.
        builder.ConnectionIdleLifetime = IdleSeconds;
        return NpgsqlDataSource.Create(builder.ConnectionString);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Reads.DisposeAsync();
        await Commit.DisposeAsync();
        await Feed.DisposeAsync();
    }

    private static string ForReads(StoreOptions options)
    {
        var builder = From(options);
        builder.MaxPoolSize = MaxReadConnections;
        builder.ConnectionIdleLifetime = IdleSeconds;

        // Every consistent read asks for the revision. To plan that each time, and to clear the session before, costs more than the question.
        builder.MaxAutoPrepare = PreparedReads;
        builder.NoResetOnClose = true;
        return builder.ConnectionString;
    }

    private static string ForCommits(StoreOptions options)
    {
        var builder = From(options);
        builder.Pooling = false;
        builder.ApplicationName += " committer";

        // The commit statement is prepared once, perhaps over empty tables. These settings keep its plan on the primary keys for good:
        // a cached sequential scan would cost more with every object. The timeouts bound how long a stuck committer stops the others.
        builder.Options = Settings(
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("plan_cache_mode", "force_generic_plan"),
            ("lock_timeout", Milliseconds(options.LockTimeout)),
            ("statement_timeout", Milliseconds(options.StatementTimeout)),
            ("idle_in_transaction_session_timeout", Milliseconds(options.StatementTimeout)));
        return builder.ConnectionString;
    }

    private static string ForFeed(StoreOptions options)
    {
        var builder = From(options);
        builder.Pooling = false;
        builder.ApplicationName += " feed";
        builder.KeepAlive = 15;
        builder.Options = Settings(("idle_in_transaction_session_timeout", Milliseconds(options.StatementTimeout)));

        // The first read is the whole cluster.
        builder.CommandTimeout = 60;
        return builder.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder From(StoreOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            SearchPath = "orchestrator",
            Timeout = Seconds(options.ConnectTimeout),

            // A little more than the server's own limit, so that normally the server speaks first.
            CommandTimeout = Seconds(options.StatementTimeout) + 1,
            CancellationTimeout = 1000,
            TcpKeepAlive = true,
        };
        builder.ApplicationName ??= "orchestrator";
        return builder;
    }

    private static string Settings(params (string Name, string Value)[] settings) =>
        string.Join(' ', settings.Select(setting => $"-c {setting.Name}={setting.Value}"));

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
