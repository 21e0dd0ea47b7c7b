using Orchestrator.Grains.Objects;

namespace Orchestrator.Grains.Deployments;

/// <summary>The verbs that only a Deployment has. What they write goes through the Deployment's <see cref="IObjectGrain"/>, like every write.</summary>
/// <remarks>The key is <see cref="Api.Identity.ObjectKey"/>'s text form.</remarks>
[Alias("orchestrator.deployment")]
public interface IDeploymentGrain : IGrainWithStringKey
{
    /// <summary>Puts the pod template of an earlier revision back; zero: of the revision before the present.</summary>
    [Alias("rollback")]
    Task<WriteReply> RollbackAsync(long toRevision, WriteCall call, CancellationToken cancellationToken);
}
