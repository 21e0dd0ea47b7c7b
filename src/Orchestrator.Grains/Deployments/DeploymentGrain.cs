using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers.Deployments;
using Orchestrator.Grains.Objects;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Deployments;

/// <summary>A Deployment's own verbs: decides on the history in the cache and writes through the Deployment's object grain.</summary>
[GrainType("deployment"), StatelessWorker]
internal sealed class DeploymentGrain(IWatchCache cache) : Grain, IDeploymentGrain
{
    /// <inheritdoc />
    public async Task<WriteReply> RollbackAsync(long toRevision, WriteCall call, CancellationToken cancellationToken)
    {
        try
        {
            await cache.ReachCurrentAsync(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return new WriteReply { Failure = StatusDocuments.Write(StoreStatuses.Unavailable()) };
        }

        var key = ObjectKey.Parse(this.GetPrimaryKeyString());
        return Rollback.Decide(key, toRevision, cache) switch
        {
            RollbackDecision.Refuse refuse => new WriteReply { Failure = StatusDocuments.Write(refuse.Status) },
            RollbackDecision.Patch patch => await GrainFactory.GetObject(key).PatchAsync(
                (int)PatchFormat.Json, new Immutable<byte[]>(JsonSerializer.SerializeToUtf8Bytes(patch.JsonPatch)), call, cancellationToken),
            var decision => throw new InvalidOperationException($"unknown decision {decision.GetType().Name}"),
        };
    }
}
