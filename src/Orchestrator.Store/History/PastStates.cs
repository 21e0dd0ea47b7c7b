using System.Data;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Feed;

namespace Orchestrator.Store.History;

/// <summary>Reads the past: what has not changed since is in the state, and what has changed since is the predecessor of its first change after.</summary>
internal sealed class PastStates(NpgsqlDataSource source) : IPastStates, IDisposable
{
    /// <summary>Reads of the past that run at once; more wait. They may scan much of the log, and fresh reads need connections too.</summary>
    private const int Parallelism = 2;

    // Indexes relied on: the primary keys of object (a prefix of a "C" collated key is a range) and of change (the range after the revision).
    private const string SelectPast = """
        WITH later AS (
            SELECT DISTINCT ON (key) key, previous_revision FROM change
            WHERE revision > $1 AND starts_with(key, $2) AND (NOT $3 OR key = $2)
            ORDER BY key, revision)
        SELECT key, revision, document FROM object
        WHERE revision <= $1 AND starts_with(key, $2) AND (NOT $3 OR key = $2)
        UNION ALL
        SELECT l.key, l.previous_revision, p.document
        FROM later l LEFT JOIN change p ON p.revision = l.previous_revision
        WHERE l.previous_revision > 0
        """;

    private const string SelectCompacted = "SELECT compacted FROM cluster_revision WHERE id = 1";

    private readonly SemaphoreSlim turn = new(Parallelism);

    /// <inheritdoc />
    public async Task<ListSnapshot?> ListAsync(GroupResource resource, string ns, Revision at, CancellationToken cancellationToken)
    {
        var objects = new List<CachedObject>();
        var prefix = resource.Group + "/" + resource.Resource + "/" + (ns.Length == 0 ? "" : ns + "/");
        if (!await ReadAsync(prefix, exact: false, at, (key, revision, document) => objects.Add(Rows.Create(key, revision, document)), cancellationToken))
        {
            return null;
        }

        objects.Sort((left, right) =>
            NamespaceOrder.Instance.Compare(left.Stored.Key.Namespace, right.Stored.Key.Namespace) is var order && order != 0
                ? order
                : string.CompareOrdinal(left.Stored.Key.Name, right.Stored.Key.Name));
        return new ListSnapshot(at, objects);
    }

    /// <inheritdoc />
    public async Task<ListSnapshot?> FindAsync(ObjectKey key, Revision at, CancellationToken cancellationToken)
    {
        var objects = new List<CachedObject>();
        return await ReadAsync(key.ToString(), exact: true, at, (_, revision, document) => objects.Add(Rows.Create(key, revision, document)), cancellationToken)
            ? new ListSnapshot(at, objects)
            : null;
    }

    /// <summary>Reads what existed at a revision, in no order.</summary>
    /// <param name="prefix">The beginning of the keys, or the key; empty: everything.</param>
    /// <param name="exact">The prefix is a whole key.</param>
    /// <param name="at">The revision.</param>
    /// <param name="take">Gets key, revision and the stored document of each.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>False when the log no longer has all that it takes; then what was taken means nothing.</returns>
    public async Task<bool> ReadAsync(string prefix, bool exact, Revision at, Action<ObjectKey, Revision, byte[]> take, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken))
            {
                if (!await ReadAsync(connection, prefix, exact, at, take, cancellationToken))
                {
                    return false;
                }

                await transaction.CommitAsync(cancellationToken);
            }

            // After the reading, not before: a snapshot does not see that a partition is gone, it only finds nothing in it.
            await using var compacted = new NpgsqlCommand(SelectCompacted, connection);
            return (long)(await compacted.ExecuteScalarAsync(cancellationToken))! <= at.Value;
        }
        catch (Exception e) when (Faults.IsOfDatabase(e))
        {
            throw new StoreUnavailableException("the database is unavailable: " + e.Message, e);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => turn.Dispose();

    private static async Task<bool> ReadAsync(
        NpgsqlConnection connection, string prefix, bool exact, Revision at, Action<ObjectKey, Revision, byte[]> take, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectPast, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = prefix });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = exact });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(2))
            {
                return false;
            }

            take(ObjectKey.Parse(reader.GetString(0)), new Revision(reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2));
        }

        return true;
    }
}
