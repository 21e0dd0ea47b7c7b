using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Store.Feed;

/// <summary>The feed's dedicated connection: it listens, and reads the log in between. It is never left in a transaction.</summary>
internal sealed class FeedConnection : IAsyncDisposable
{
    // Index relied on: the primary key of change; partitions that end before $1 are pruned.
    private const string SelectChanges =
        "SELECT key, revision, document, type, committed_at FROM change WHERE revision > $1 ORDER BY revision LIMIT $2";

    private const string SelectObjects = "SELECT key, revision, document FROM object";
    private const string SelectRevision = "SELECT revision, compacted FROM cluster_revision WHERE id = 1";

    /// <summary>Seconds after which a backend that answers nothing is given up. The connection's own limit is for reading everything.</summary>
    private const int ReadTimeoutSeconds = 8;

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand changes;
    private readonly NpgsqlParameter<long> after = new();
    private readonly NpgsqlParameter<int> limit = new();

    /// <summary>The highest revision that a notification carried: it may arrive while a read runs, and must not be forgotten then.</summary>
    private long notified;

    private FeedConnection(NpgsqlConnection connection)
    {
        this.connection = connection;
        changes = new NpgsqlCommand(SelectChanges, connection) { Parameters = { after, limit }, CommandTimeout = ReadTimeoutSeconds };
        connection.Notification += OnNotification;
    }

    /// <summary>Connects and listens. What was committed before is not notified: read the log after this.</summary>
    public static async Task<FeedConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        var opened = new FeedConnection(connection);
        try
        {
            await using var listen = new NpgsqlCommand("LISTEN orchestrator_change", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            await opened.changes.PrepareAsync(cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>All objects at one revision, and the highest revision that the log no longer has.</summary>
    /// <remarks>Read in one snapshot on a connection of its own: the listening one must not sit in a transaction for that long.</remarks>
    public static async Task<(Revision Revision, Revision Compacted)> ReadAllAsync(
        NpgsqlDataSource source, Action<CachedObject> add, CancellationToken cancellationToken)
    {
        await using var reading = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await reading.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var revisions = await ReadRevisionsAsync(reading, cancellationToken);
        await using (var command = new NpgsqlCommand(SelectObjects, reading))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                add(Rows.ReadObject(reader, 0));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return revisions;
    }

    /// <summary>The cluster's revision, and the highest that the log no longer has.</summary>
    public static async Task<(Revision Revision, Revision Compacted)> ReadRevisionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectRevision, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (new Revision(reader.GetInt64(0)), new Revision(reader.GetInt64(1)));
    }

    /// <summary>The changes after a revision, in order, at most so many.</summary>
    public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(Revision position, int rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        after.TypedValue = position.Value;
        limit.TypedValue = rows;
        await using var reader = await changes.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new ChangeRow((ChangeType)reader.GetInt16(3), Rows.ReadObject(reader, 0), reader.GetDateTime(4));
        }
    }

    /// <summary>Whether a revision beyond a position has been notified.</summary>
    public bool IsNotifiedBeyond(Revision position) => Volatile.Read(ref notified) > position.Value;

    /// <summary>Waits until something is notified, or the time is over. Until then the connection can do nothing else.</summary>
    /// <returns>False when the time is over.</returns>
    public Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellationToken) => connection.WaitAsync(time, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        connection.Notification -= OnNotification;
        await changes.DisposeAsync();
        await connection.DisposeAsync();
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs notification)
    {
        // Another program may notify on the channel too; what is not a revision wakes the reader and does nothing else.
        if (long.TryParse(notification.Payload, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > notified)
        {
            Volatile.Write(ref notified, revision);
        }
    }
}
