using Npgsql;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Store.Commits;

/// <summary>Reads from the database itself what must not be stale.</summary>
internal sealed class ObjectReader
{
    // Index relied on: the primary key of object.
    private const string SelectObject = "SELECT revision, document FROM object WHERE key = $1";
    private const string SelectRevision = "SELECT revision FROM cluster_revision WHERE id = 1";

    private readonly NpgsqlDataSource source;
    private readonly Lock gate = new();

    private Task<Revision>? running;
    private Task<Revision>? next;

    public ObjectReader(NpgsqlDataSource source) => this.source = source;

    /// <summary>One object.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public async Task<StoredObject?> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = source.CreateCommand(SelectObject);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.ToString() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            var revision = new Revision(reader.GetInt64(0));
            return new StoredObject(key, revision, DocumentEncoding.WithResourceVersion(reader.GetFieldValue<byte[]>(1), revision));
        }
        catch (Exception e) when (Faults.IsOfDatabase(e))
        {
            throw new StoreUnavailableException("the database is unavailable: " + e.Message, e);
        }
    }

    /// <summary>The cluster's revision, not older than this call.</summary>
    /// <remarks>
    /// One query at a time. Who comes while it runs may not share it, since it may have read before a write that the caller has seen
    /// answered; all those share the next one.
    /// </remarks>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public Task<Revision> CurrentRevisionAsync(CancellationToken cancellationToken)
    {
        Task<Revision> shared;
        lock (gate)
        {
            shared = running is null ? running = QueryAsync(null) : next ??= QueryAsync(running);
        }

        return shared.WaitAsync(cancellationToken);
    }

    private async Task<Revision> QueryAsync(Task? before)
    {
        // Leaves the lock of the caller, and lets the query before this one end, however it ends.
        await (before ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        if (before is not null)
        {
            lock (gate)
            {
                (running, next) = (next, null);
            }
        }

        try
        {
            await using var command = source.CreateCommand(SelectRevision);
            return new Revision((long)(await command.ExecuteScalarAsync(CancellationToken.None))!);
        }
        catch (Exception e) when (Faults.IsOfDatabase(e))
        {
            throw new StoreUnavailableException("the database is unavailable: " + e.Message, e);
        }
        finally
        {
            lock (gate)
            {
                // Without a follower the next caller starts afresh.
                running = next is null ? null : running;
            }
        }
    }
}
