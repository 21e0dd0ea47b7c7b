using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Feed;
using Orchestrator.Store.Retention;

namespace Orchestrator.Store.Commits;

/// <summary>Group commit: whatever writes queued while the last commit ran go together in the next, in one transaction and one round trip.</summary>
/// <remarks>
/// All writes of the cluster pass one row, which gives gapless revisions in commit order and would cost dearly per write; together they
/// share its lock. There is one committer per silo; those of several silos take turns at the row.
/// </remarks>
internal sealed partial class Committer : BackgroundService, IObjectStore
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastBackOff = TimeSpan.FromSeconds(2);

    private readonly StoreConnections connections;
    private readonly StoreOptions options;
    private readonly StoreMetrics metrics;
    private readonly OwnCommits own;
    private readonly ILogger<Committer> log;
    private readonly CommitQueue queue;
    private readonly ObjectReader reader;

    private CommitConnection? connection;

    /// <summary>Why the database is considered down; null while it is up. Written by the commit loop alone.</summary>
    private volatile Exception? outage;

    /// <summary>A revision that was surely committed before any batch that is still to come; bounds the search for a batch of unknown fate.</summary>
    private Revision known;

    public Committer(StoreConnections connections, OwnCommits own, StoreOptions options, StoreMetrics metrics, ILogger<Committer> log)
    {
        this.connections = connections;
        this.options = options;
        this.metrics = metrics;
        this.own = own;
        this.log = log;
        queue = new CommitQueue(options);
        reader = new ObjectReader(connections.Reads);
        metrics.ObserveQueue(() => queue.Count);
    }

    /// <inheritdoc />
    public Task<CommitOutcome> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        if (outage is { } cause)
        {
            throw Unavailable(cause);
        }

        var write = new PendingWrite(request) { Abandoned = cancellationToken };
        return queue.TryAdd(write)
            ? write.Outcome.WaitAsync(cancellationToken)
            : Task.FromResult<CommitOutcome>(new CommitOutcome.Overloaded());
    }

    /// <inheritdoc />
    public Task<StoredObject?> ReadAsync(ObjectKey key, CancellationToken cancellationToken) => reader.ReadAsync(key, cancellationToken);

    /// <inheritdoc />
    public Task<Revision> CurrentRevisionAsync(CancellationToken cancellationToken) => reader.CurrentRevisionAsync(cancellationToken);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await queue.WaitAsync(stoppingToken))
            {
                if (queue.Take() is { Count: > 0 } batch)
                {
                    await CommitAsync(batch, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            queue.Close();
        }
        finally
        {
            queue.Close();
            queue.FailAll(() => new StoreUnavailableException("the server is stopping"));
            await DisconnectAsync();
        }
    }

    private static StoreUnavailableException Unavailable(Exception cause) => new("the database is unavailable: " + cause.Message, cause);

    private async Task CommitAsync(List<PendingWrite> batch, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outcomes = await TryUntilUnavailableAsync(batch, stopping);
            if (outcomes is not null)
            {
                Answer(batch, outcomes);
                metrics.Committed(batch.Count, Stopwatch.GetElapsedTime(started));
            }
        }
        catch (OperationCanceledException e) when (stopping.IsCancellationRequested)
        {
            batch.ForEach(write => write.Fail(new StoreUnavailableException("the server is stopping", e)));
            throw;
        }
#pragma warning disable CA1031 // A bug: these writes fail, the state is thrown away, and the other writes of the cluster go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBug(e, batch.Count);
            batch.ForEach(write => write.Fail(e));
            await DisconnectAsync();
        }
    }

    /// <summary>Commits the batch, through broken connections if need be.</summary>
    /// <returns>The outcomes, or null when the batch was failed: by the database's outage, or row by row.</returns>
    private async Task<CommitOutcome[]?> TryUntilUnavailableAsync(List<PendingWrite> batch, CancellationToken stopping)
    {
        var began = Stopwatch.GetTimestamp();
        var backOff = FirstBackOff;
        var attempt = new Attempt(Guid.NewGuid());
        while (true)
        {
            try
            {
                return await AttemptAsync(batch, attempt, stopping);
            }
            catch (Exception e) when (Faults.IsMissingPartition(e))
            {
                // The writers were faster than the background task that makes partitions ahead.
                attempt.LacksPartition = true;
                await LeaveTransactionAsync(attempt, stopping);
            }
            catch (Exception e) when (Faults.IsOfRow(e))
            {
                await LeaveTransactionAsync(attempt, stopping);
                await IsolateAsync(batch, e, stopping);
                return null;
            }
            catch (Exception e) when (Faults.IsOfDatabase(e) && !stopping.IsCancellationRequested)
            {
                await DisconnectAsync();
                if (Stopwatch.GetElapsedTime(began) > options.UnavailableAfter)
                {
                    await WaitForReturnAsync(batch, e, stopping);
                    return null;
                }

                LogRetry(e, batch.Count);
                await Task.Delay(backOff, stopping);
                backOff = Longer(backOff);
            }
        }
    }

    private async Task<CommitOutcome[]> AttemptAsync(List<PendingWrite> batch, Attempt attempt, CancellationToken stopping)
    {
        if (attempt.LacksPartition)
        {
            await MakePartitionAsync(stopping);
            attempt.LacksPartition = false;
        }

        connection ??= await ConnectAsync(stopping);
        if (attempt.Backend is { } broken)
        {
            var revisions = await connection.ResolveAsync(broken, attempt.After, attempt.WriteId, stopping);
            attempt.Backend = null;
            if (revisions is not null)
            {
                LogResolved(revisions.Count);
                return await OutcomesAsync(batch, revisions, stopping);
            }
        }

        attempt.Backend = connection.Backend;
        attempt.After = known;

        CommittedBatch? committed = null;
        own.Begin();
        try
        {
            // Not the stopping token: a commit that was sent is waited for; the statement timeout bounds it.
            var outcomes = await connection.CommitAsync(batch, attempt.WriteId, CancellationToken.None);
            committed = CommittedBatch.Of(batch, outcomes, DateTime.UtcNow);
            return outcomes;
        }
        finally
        {
            own.End(committed);
        }
    }

    /// <summary>After an error that the database answered: nothing was committed, and the connection is good again after a rollback.</summary>
    private async Task LeaveTransactionAsync(Attempt attempt, CancellationToken stopping)
    {
        attempt.Backend = null;
        try
        {
            await connection!.RollbackAsync(stopping);
        }
        catch (Exception e) when (Faults.IsOfDatabase(e))
        {
            LogRetry(e, 0);
            await DisconnectAsync();
        }
    }

    /// <summary>The outcomes of a batch that was committed although its answer was lost. A write without a row had lost its race.</summary>
    private async Task<CommitOutcome[]> OutcomesAsync(List<PendingWrite> batch, IReadOnlyDictionary<int, Revision> revisions, CancellationToken stopping)
    {
        var outcomes = new CommitOutcome[batch.Count];
        var ordinal = 1;
        for (var index = 0; index < outcomes.Length; index++)
        {
            var write = batch[index];
            outcomes[index] = revisions.TryGetValue(ordinal, out var revision)
                ? new CommitOutcome.Committed(write.At(revision))
                {
                    Companions = [.. write.Companions.Select((companion, place) => companion.At(revisions[ordinal + 1 + place]))],
                }
                : await LostAsync(write, stopping);
            ordinal += 1 + write.Companions.Count;
        }

        return outcomes;
    }

    private async Task<CommitOutcome> LostAsync(PendingWrite write, CancellationToken stopping)
    {
        var current = await reader.ReadAsync(write.Request.Key, stopping);
        if ((current?.Revision ?? Revision.None) != write.Request.Expected)
        {
            return new CommitOutcome.Conflict(current);
        }

        var lost = new Dictionary<ObjectKey, StoredObject?>();
        foreach (var companion in write.Companions)
        {
            var stands = await reader.ReadAsync(companion.ObjectKey, stopping);
            if ((stands?.Revision ?? Revision.None) != companion.Expected)
            {
                lost.Add(companion.ObjectKey, stands);
            }
        }

        if (lost.Count > 0)
        {
            return new CommitOutcome.CompanionConflict(lost);
        }

        return write.NamespaceKey is null ? new CommitOutcome.Conflict(current) : new CommitOutcome.NamespaceGone();
    }

    private void Answer(List<PendingWrite> batch, CommitOutcome[] outcomes)
    {
        var current = new Dictionary<string, StoredObject?>(StringComparer.Ordinal);
        for (var index = 0; index < outcomes.Length; index++)
        {
            var (write, outcome) = (batch[index], outcomes[index]);
            if (outcome is CommitOutcome.Committed { Object: var stored, Companions: var companions })
            {
                known = known < stored.Revision ? stored.Revision : known;
                current[write.Key] = write.Request.Removes ? null : stored;
                for (var place = 0; place < companions.Count; place++)
                {
                    current[write.Companions[place].Key] = write.Companions[place].Removes ? null : companions[place];
                }
            }
            else if (outcome is CommitOutcome.CompanionConflict { Current: var winners })
            {
                foreach (var (key, stands) in winners)
                {
                    current[key.ToString()] = stands;
                }
            }
            else if (outcome is CommitOutcome.Conflict { Current: var winner })
            {
                current[write.Key] = winner;
            }

            write.Complete(outcome);
        }

        queue.AnswerLost(current);
    }

    /// <summary>One row spoils the batch and the database does not say which: each write is tried alone.</summary>
    private async Task IsolateAsync(List<PendingWrite> batch, Exception cause, CancellationToken stopping)
    {
        if (batch.Count == 1)
        {
            LogRefused(cause, batch[0].Key);
            batch[0].Fail(new InvalidOperationException($"the database refuses {batch[0].Key}: {cause.Message}", cause));
            return;
        }

        foreach (var write in batch)
        {
            await CommitAsync([write], stopping);
        }
    }

    private async Task MakePartitionAsync(CancellationToken stopping)
    {
        await using var maker = await connections.Shared.OpenConnectionAsync(stopping);
        await LogPartitions.EnsureAsync(maker, options, stopping);
    }

    /// <summary>Fails all who wait, refuses all who come, and tries to connect until the database is back.</summary>
    private async Task WaitForReturnAsync(List<PendingWrite> batch, Exception cause, CancellationToken stopping)
    {
        LogUnavailable(cause);
        outage = cause;
        batch.ForEach(write => write.Fail(Unavailable(cause)));
        var backOff = FirstBackOff;
        while (outage is { } reason)
        {
            queue.FailAll(() => Unavailable(reason));
            await Task.Delay(backOff, stopping);
            backOff = Longer(backOff);
            try
            {
                connection = await ConnectAsync(stopping);
                outage = null;
            }
            catch (Exception e) when (Faults.IsOfDatabase(e) && !stopping.IsCancellationRequested)
            {
                outage = e;
            }
        }

        LogAvailable();
    }

    private async Task<CommitConnection> ConnectAsync(CancellationToken stopping)
    {
        var opened = await CommitConnection.OpenAsync(connections.Commit, stopping);
        known = known < opened.RevisionAtStart ? opened.RevisionAtStart : known;
        return opened;
    }

    private async Task DisconnectAsync()
    {
        if (connection is { } broken)
        {
            connection = null;
            await broken.DisposeAsync();
        }
    }

    private static TimeSpan Longer(TimeSpan backOff) => backOff + backOff < LastBackOff ? backOff + backOff : LastBackOff;

    /// <summary>A batch on its way: with which mark, and through which backend it was last sent.</summary>
    private sealed class Attempt(Guid writeId)
    {
        public Guid WriteId => writeId;

        public BackendIdentity? Backend { get; set; }

        /// <summary>A revision that was committed before it was sent.</summary>
        public Revision After { get; set; }

        public bool LacksPartition { get; set; }
    }
}
