using System.Globalization;
using Npgsql;

namespace Orchestrator.Store;

/// <summary>The three ways of this silo into the database.</summary>
internal sealed class StoreConnections : IAsyncDisposable
{
    /// <summary>Statements that a pooled connection keeps prepared, out of those that are used again and again.</summary>
    private const int PreparedStatements = 20;

    public StoreConnections(StoreOptions options, NpgsqlDataSource shared)
    {
        Shared = shared;
        Commit = NpgsqlDataSource.Create(ForCommits(options));
        Feed = NpgsqlDataSource.Create(ForFeed(options));
    }

    /// <summary>Pooled, for reads, migrations and the Orleans providers.</summary>
    public NpgsqlDataSource Shared { get; }

    /// <summary>The committer's one connection.</summary>
    public NpgsqlDataSource Commit { get; }

    /// <summary>The change feed's one connection, which listens and therefore must never sit in a transaction.</summary>
    public NpgsqlDataSource Feed { get; }

    /// <summary>The pool that the whole silo shares.</summary>
    public static NpgsqlDataSource CreateShared(StoreOptions options)
    {
        var builder = From(options);
        builder.MaxPoolSize = options.MaxPoolSize;

        // Every consistent read asks for the revision: planning that each time costs more than running it.
        builder.MaxAutoPrepare = PreparedStatements;

        // Idle backends cost several megabytes each.
        builder.ConnectionIdleLifetime = 30;
        return NpgsqlDataSource.Create(builder.ConnectionString);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Commit.DisposeAsync();
        await Feed.DisposeAsync();
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
