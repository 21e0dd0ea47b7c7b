using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Objects;

/// <summary>Serialises and decides the writes of one API object; what it holds in memory is a cache of the row in PostgreSQL.</summary>
/// <remarks>Two activations may exist for a moment. Then both decide, the store's compare-and-swap lets one through, and the other decides again
/// on what it lost to. A decision that stores nothing does not pass that check, so it is repeated on a fresh read before it is believed.</remarks>
[GrainType("object")]
internal sealed partial class ObjectGrain(
    IWriteDecider decider,
    IObjectStore store,
    IWatchCache cache,
    CustomConversion conversion,
    ChargeTurns turns,
    IWebhookClient webhooks,
    TimeProvider clock,
    ILogger<ObjectGrain> logger) : Grain, IObjectGrain
{
    /// <summary>How often a write is decided anew after it lost a race; then the caller gets the conflict. Upstream: MaxRetryWhenPatchConflicts.</summary>
    internal const int DecideAttempts = 5;

    /// <summary>How often a write is decided anew because another silo charged the same quota first; then the caller gets the conflict.</summary>
    /// <remarks>Silos take turns at random, so that with three of them losing so often in a row has a chance of one in millions.</remarks>
    internal const int ChargeAttempts = 40;

    /// <summary>How long a refusal waits for this silo's view of the cluster; then it is answered as it is.</summary>
    private static readonly TimeSpan ViewWait = TimeSpan.FromSeconds(3);

    /// <summary>They take addresses and ports that no other may have, and give them back.</summary>
    private static readonly GroupResource Services = new("", "services");

    private ObjectKey key;
    private StoredObject? current;
    private bool isLoaded;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        key = ObjectKey.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<WriteReply> CreateAsync(Immutable<byte[]> body, WriteCall call, CancellationToken cancellationToken)
    {
        if (call.Subresource.Length > 0)
        {
            // Binding and eviction are created, but what they write is the object, which must exist.
            return UpdateAsync(body, call, cancellationToken);
        }

        var options = call.ToOptions();
        return WriteAsync(
            call,
            new Write(options, (_, at) => decider.Create(key, body.Value, options, at)) { MustBeNew = true },
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<WriteReply> UpdateAsync(Immutable<byte[]> body, WriteCall call, CancellationToken cancellationToken)
    {
        var options = call.ToOptions();
        if (call.Subresource == "eviction" && EvictionBody.IsDryRun(body.Value))
        {
            options = options with { DryRun = true };
        }

        return WriteAsync(
            call,
            new Write(options, (now, at) => now is null ? decider.UpdateMissing(key, body.Value, options, at) : decider.Update(now, body.Value, options, at)),
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<WriteReply> PatchAsync(int format, Immutable<byte[]> patch, WriteCall call, CancellationToken cancellationToken)
    {
        var options = call.ToOptions();
        var patchFormat = (PatchFormat)format;
        return WriteAsync(
            call,
            new Write(
                options,
                (now, at) => now is null && patchFormat != PatchFormat.Apply
                    ? NotFound()
                    : decider.Patch(key, now, patchFormat, patch.Value, options, at)),
            cancellationToken);
    }

    /// <inheritdoc />
    public Task<WriteReply> DeleteAsync(DeleteCall delete, WriteCall call, CancellationToken cancellationToken)
    {
        var options = call.ToOptions();
        return WriteAsync(
            call,
            new Write(options, (now, at) => now is null ? NotFound() : decider.Delete(now, delete.ToOptions(), options, at)),
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<ObjectReply?> GetAsync(CancellationToken cancellationToken)
    {
        if (!isLoaded)
        {
            await LoadAsync(cancellationToken);
        }

        return current is null ? null : ToReply(current);
    }

    private async Task<WriteReply> WriteAsync(WriteCall call, Write write, CancellationToken cancellationToken)
    {
        try
        {
            if (call.DefinitionRevision > cache.Revision.Value)
            {
                await SeeAsync(new Revision(call.DefinitionRevision), cancellationToken);
            }

            if (call.Subresource.Length == 0)
            {
                await SeeClaimsAsync(cache.Revision, cancellationToken);
            }

            return await DecideAndCommitAsync(write, cancellationToken);
        }
        catch (StoreUnavailableException unavailable)
        {
            // The write may or may not be durable: what is in memory can no longer be trusted.
            isLoaded = false;
            LogStoreUnavailable(key.Namespace, key.Name, unavailable);
            return Failed(StoreStatuses.Unavailable());
        }
    }

    private async Task<WriteReply> DecideAndCommitAsync(Write write, CancellationToken cancellationToken)
    {
        // A create expects nothing to be there, and the commit checks just that; reading first would only cost time.
        var isFresh = write.MustBeNew && !write.Options.DryRun;
        var basis = isFresh ? null : current;
        if (!isFresh && (!isLoaded || write.Options.DryRun))
        {
            await LoadAsync(cancellationToken);
            (basis, isFresh) = (current, true);
        }

        var began = clock.GetUtcNow();
        var uids = new ReplayedUids();
        var answers = WebhookAnswers.None;
        var asked = 0;
        var isViewFresh = false;
        ChargeTurns.Turn? turn = null;
        try
        {
            for (var (attempt, charge) = (1, 1); ;)
            {
                var seen = cache.Revision;
                var view = turn is null ? (IClusterView)cache : new FresherView(cache, turn.Latest);
                var version = conversion.VersionOf(key, write.Options.Version);
                var (shown, unconverted) = await conversion.ReadAsync(version, basis, Left(), cancellationToken);
                var decision = unconverted is null
                    ? write.Decide(shown, new Surroundings(began, uids.Pass(), view) { Answers = answers })
                    : new WriteDecision.Reject(unconverted);
                if (decision is WriteDecision.Ask ask)
                {
                    if (++asked > WebhookBounds.AskRounds)
                    {
                        return Failed(Statuses.InternalError("admission webhooks were asked too often"));
                    }

                    // Nobody else waits for what a webhook takes.
                    turn?.Dispose();
                    turn = null;
                    answers = answers.With(await webhooks.AskAsync(ask.Calls, Left(), cancellationToken));
                    continue;
                }

                decision = await conversion.StoreAsync(version, decision, Left(), cancellationToken);
                if (decision is WriteDecision.Reject && !isViewFresh)
                {
                    isViewFresh = true;
                    if (await CatchUpAsync(seen, cancellationToken))
                    {
                        continue;
                    }
                }

                if (decision is WriteDecision.Reject or WriteDecision.Unchanged)
                {
                    if (isFresh || !await ReloadAsync(basis, cancellationToken))
                    {
                        return Answer(decision, basis);
                    }

                    (basis, isFresh) = (current, true);
                    continue;
                }

                if (write.Options.DryRun)
                {
                    return write.MustBeNew && basis is not null ? Failed(StoreStatuses.AlreadyExists(key, write.Options.Version)) : DryRunReplies.For(decision, basis);
                }

                var companions = (decision as WriteDecision.Put)?.Companions ?? ((WriteDecision.Remove)decision).Companions;
                if (turn is null && companions.Any(companion => companion.IsCharge))
                {
                    turn = await turns.TakeAsync(key.Namespace, cancellationToken);
                    if (turn.KnowsBetter(companions))
                    {
                        continue;
                    }
                }

                var outcome = await store.CommitAsync(ToCommit(decision, basis, write.Options, companions), cancellationToken);
                turn?.Note(outcome, companions);
                if (outcome is CommitOutcome.CompanionConflict)
                {
                    if (++charge > ChargeAttempts)
                    {
                        return Failed(StoreStatuses.Conflict(key));
                    }

                    await SeeClaimsAsync(seen, cancellationToken);
                    continue;
                }

                if (outcome is not CommitOutcome.Conflict conflict)
                {
                    return Answer(outcome, decision, basis);
                }

                (current, isLoaded) = (conflict.Current, true);
                if (write.MustBeNew && conflict.Current is not null)
                {
                    return Failed(StoreStatuses.AlreadyExists(key, write.Options.Version));
                }

                if (attempt++ >= DecideAttempts)
                {
                    return Failed(StoreStatuses.Conflict(key));
                }

                await SeeClaimsAsync(seen, cancellationToken);
                (basis, isFresh) = (current, true);
            }
        }
        finally
        {
            turn?.Dispose();
        }

        TimeSpan Left() => WebhookBounds.Time - (clock.GetUtcNow() - began) is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }

    /// <summary>Brings the view up to the store before a refusal is believed: what it misses (a namespace, an account) may have been created a moment ago.</summary>
    /// <returns>True when the view has moved since the decision.</returns>
    private async Task<bool> CatchUpAsync(Revision seen, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ViewWait);
        try
        {
            await cache.ReachCurrentAsync(limit.Token);
        }
        catch (Exception lag) when (lag is StoreUnavailableException || (lag is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The refusal stands as far as this silo can see.
        }

        return cache.Revision > seen;
    }

    /// <summary>Brings the view up to the store for a Service: which addresses and ports are claimed, and by which revision of the claim, stands there alone.</summary>
    private Task SeeClaimsAsync(Revision seen, CancellationToken cancellationToken) =>
        key.GroupResource == Services ? CatchUpAsync(seen, cancellationToken) : Task.CompletedTask;

    /// <summary>Waits for the definition that the caller has seen; without it the kind is not known here, and the refusal says so.</summary>
    private async Task SeeAsync(Revision revision, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ViewWait);
        try
        {
            await cache.WaitForAsync(revision, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // This silo is behind: it decides by what it knows.
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        current = await store.ReadAsync(key, cancellationToken);
        isLoaded = true;
    }

    /// <summary>Reads the row again; true when it is not what the decision was made from.</summary>
    private async Task<bool> ReloadAsync(StoredObject? basis, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        return current?.Revision != basis?.Revision;
    }

    private CommitRequest ToCommit(WriteDecision decision, StoredObject? basis, WriteOptions options, IReadOnlyList<CompanionWrite> companions) => new()
    {
        Companions = companions,
        Key = key,
        Expected = basis?.Revision ?? Revision.None,
        Document = decision switch
        {
            WriteDecision.Put put => put.Document,
            WriteDecision.Remove remove => remove.Document,
            _ => throw new InvalidOperationException($"a {decision.GetType().Name} decision writes nothing"),
        },
        Removes = decision is WriteDecision.Remove,
        RequiredNamespace = basis is null && key.Namespace.Length > 0 ? key.Namespace : null,
        User = options.User,
        Cause = options.Cause,
        TraceParent = options.TraceParent,
    };

    private static WriteReply Answer(WriteDecision decision, StoredObject? basis) => decision switch
    {
        WriteDecision.Reject reject => Failed(reject.Status) with { Warnings = [.. decision.Warnings] },
        _ when basis is not null => new WriteReply { Object = ToReply(basis), Warnings = [.. decision.Warnings] },
        _ => throw new InvalidOperationException("an object that does not exist cannot be left unchanged"),
    };

    private WriteReply Answer(CommitOutcome outcome, WriteDecision decision, StoredObject? basis)
    {
        switch (outcome)
        {
            case CommitOutcome.Committed committed:
                var isGone = decision is WriteDecision.Remove;
                (current, isLoaded) = (isGone ? null : committed.Object, true);
                return new WriteReply
                {
                    Object = ToReply(committed.Object),
                    Created = basis is null && !isGone,
                    Gone = isGone,
                    Warnings = [.. decision.Warnings],
                };
            case CommitOutcome.NamespaceGone:
                return Failed(StoreStatuses.NamespaceGone(key, cache));
            case CommitOutcome.Overloaded:
                return Failed(StoreStatuses.Overloaded());
            default:
                throw new InvalidOperationException($"unexpected outcome {outcome.GetType().Name}");
        }
    }

    private WriteDecision.Reject NotFound() => new(StoreStatuses.NotFound(key));

    private static WriteReply Failed(ApiStatus status) => new() { Failure = StatusDocuments.Write(status) };

    private static ObjectReply ToReply(StoredObject stored) =>
        new() { Revision = stored.Revision.Value, Document = Bytes(SentBytes.Compact(stored.Document)) };

    private static byte[] Bytes(ReadOnlyMemory<byte> document) =>
        MemoryMarshal.TryGetArray(document, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : document.ToArray();

    /// <summary>One request to write: how it is decided on the object as it stands.</summary>
    private sealed record Write(WriteOptions Options, Func<StoredObject?, Surroundings, WriteDecision> Decide)
    {
        public bool MustBeNew { get; init; }
    }
}
