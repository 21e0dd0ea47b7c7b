using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Feed;

namespace Orchestrator.Store.Cache;

/// <summary>Fills a watch that resumes from before what is in memory out of the change log, until it can follow with the others.</summary>
internal sealed class LogReplay
{
    /// <summary>Rows read at once; the watcher's buffer holds as many.</summary>
    private const int PageRows = 500;

    /// <summary>How long a replay looks away when the watcher's buffer is full. The watcher's own speed decides; this only bounds the wait.</summary>
    private static readonly TimeSpan RoomPoll = TimeSpan.FromMilliseconds(20);

    // Index relied on: the primary key of change, twice. The row before tells a selector's watcher whether the object matched before.
    // The key range keeps other resources' documents from being sent; every revision still counts, to find holes.
    private const string SelectChanges = """
        SELECT c.key, c.revision, CASE WHEN wanted THEN c.document END, c.type, p.revision, CASE WHEN wanted THEN p.document END, c.previous_revision
        FROM (SELECT *, starts_with(key, $3) AS wanted FROM change WHERE revision > $1 ORDER BY revision LIMIT $2) c
        LEFT JOIN change p ON wanted AND c.previous_revision > 0 AND p.revision = c.previous_revision
        ORDER BY c.revision
        """;

    private readonly NpgsqlDataSource source;

    public LogReplay(NpgsqlDataSource source) => this.source = source;

    /// <summary>Begins the replay in the background. It ends with the watcher's joining, its leaving, or an overflow (the watcher lists again).</summary>
    /// <param name="subscription">The watcher.</param>
    /// <param name="tryJoin">Lets the watcher follow from a revision on; false when that is not in memory.</param>
    public void Start(WatchSubscription subscription, Func<WatchSubscription, Revision, bool> tryJoin) =>
        _ = Task.Run(() => RunAsync(subscription, tryJoin));

    private async Task RunAsync(WatchSubscription subscription, Func<WatchSubscription, Revision, bool> tryJoin)
    {
        try
        {
            var position = subscription.After;
            while (!tryJoin(subscription, position))
            {
                if (await PageAsync(subscription, position) is not { } reached)
                {
                    subscription.Overflow();
                    return;
                }

                position = reached;
            }
        }
        catch (OperationCanceledException) when (subscription.Ended.IsCancellationRequested)
        {
            // The watcher has left.
            return;
        }
#pragma warning disable CA1031 // Whatever went wrong, the watcher must not wait for ever: its stream ends and it lists again.
        catch (Exception)
#pragma warning restore CA1031
        {
            subscription.Overflow();
        }
    }

    /// <summary>Reads one page into the watcher's buffer.</summary>
    /// <returns>The revision reached, or null when the log has a hole there, or no longer has a row that is needed.</returns>
    private async Task<Revision?> PageAsync(WatchSubscription subscription, Revision position)
    {
        var changes = new List<ChangeEvent>();
        var reached = position;
        await using (var command = source.CreateCommand(SelectChanges))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position.Value });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageRows });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = PrefixOf(subscription) });
            await using var reader = await command.ExecuteReaderAsync(subscription.Ended);
            while (await reader.ReadAsync(subscription.Ended))
            {
                var revision = new Revision(reader.GetInt64(1));
                if (revision.Value != reached.Value + 1)
                {
                    return null;
                }

                reached = revision;
                if (reader.IsDBNull(2))
                {
                    continue;
                }

                if (ReadChange(reader, revision) is not { } change)
                {
                    return null;
                }

                changes.Add(change);
            }
        }

        if (reached == position)
        {
            return null;
        }

        await OfferAsync(subscription, changes);
        subscription.Replayed(reached);
        return reached;
    }

    private static string PrefixOf(WatchSubscription subscription) =>
        new ObjectKey(subscription.Resource.Group, subscription.Resource.Resource, subscription.Namespace, "").ToString()
            is var prefix && subscription.Namespace.Length == 0
            ? prefix[..^1]
            : prefix;

    private static ChangeEvent? ReadChange(NpgsqlDataReader reader, Revision revision)
    {
        var changed = Rows.ReadObject(reader, 0);
        if (reader.GetInt64(6) == 0)
        {
            return new ChangeEvent((ChangeType)reader.GetInt16(3), revision, changed, null);
        }

        return reader.IsDBNull(4)
            ? null
            : new ChangeEvent(
                (ChangeType)reader.GetInt16(3),
                revision,
                changed,
                Rows.Create(changed.Stored.Key, new Revision(reader.GetInt64(4)), reader.GetFieldValue<byte[]>(5)));
    }

    private static async Task OfferAsync(WatchSubscription subscription, List<ChangeEvent> changes)
    {
        foreach (var change in changes)
        {
            // A replay is not live: it waits for its reader instead of cutting it off.
            while (!subscription.HasRoom)
            {
                await Task.Delay(RoomPoll, subscription.Ended);
            }

            if (!subscription.Offer(change))
            {
                return;
            }
        }
    }
}
