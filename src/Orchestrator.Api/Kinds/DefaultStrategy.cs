using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Kinds;

/// <summary>The strategy of a kind that adds nothing to the common write path.</summary>
internal sealed class DefaultStrategy(GroupResource resource) : KindStrategy
{
    public override GroupResource Resource { get; } = resource;
}
