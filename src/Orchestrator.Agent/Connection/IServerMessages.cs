using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Connection;

/// <summary>Takes what the control plane says: assignment, pods and network in their order, streams as soon as they come.</summary>
internal interface IServerMessages
{
    /// <summary>Everything that is bound to the node.</summary>
    Task TakeAsync(Assignment assignment, CancellationToken cancellationToken);

    /// <summary>One pod.</summary>
    Task TakeAsync(PodUpdate update, CancellationToken cancellationToken);

    /// <summary>What changed of Services, endpoints and nodes.</summary>
    Task TakeAsync(NetworkState state, CancellationToken cancellationToken);

    /// <summary>Somebody wants to talk with a container.</summary>
    void Take(OpenStream stream);

    /// <summary>What the agent says of its node when it connects.</summary>
    Task<Hello> HelloAsync(CancellationToken cancellationToken);
}
