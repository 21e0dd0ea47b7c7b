using Orchestrator.Api.Identity;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Objects;

namespace Orchestrator.Gateway.Hosting;

/// <summary>The way from the gateway to the grains: the seam at which tests put their own.</summary>
public interface IGrainSource
{
    /// <summary>The grain of an object.</summary>
    IObjectGrain Object(ObjectKey key);

    /// <summary>The grain of a node.</summary>
    INodeGrain Node(string name);

    /// <summary>Makes a link callable from a node's grain. The caller keeps the link alive: Orleans holds it weakly.</summary>
    IAgentLink Publish(IAgentLink link);

    /// <summary>Withdraws a published link.</summary>
    void Withdraw(IAgentLink published);
}

/// <summary>The grains of the cluster.</summary>
internal sealed class ClusterGrains(IGrainFactory factory) : IGrainSource
{
    /// <inheritdoc />
    public IObjectGrain Object(ObjectKey key) => factory.GetObject(key);

    /// <inheritdoc />
    public INodeGrain Node(string name) => factory.GetGrain<INodeGrain>(name);

    /// <inheritdoc />
    public IAgentLink Publish(IAgentLink link) => factory.CreateObjectReference<IAgentLink>(link);

    /// <inheritdoc />
    public void Withdraw(IAgentLink published) => factory.DeleteObjectReference<IAgentLink>(published);
}
