using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Streams;

/// <summary>This silo's change feed, as the stream provider follows it: every change of every resource, in process.</summary>
/// <remarks>The I/O seam between streams and store; tests put a fake store's changes behind it.</remarks>
internal interface IChangeSource
{
    /// <summary>Follows all changes from just after a revision.</summary>
    /// <returns>The subscription, or null when that revision is no longer retained.</returns>
    IWatchSubscription? Follow(Revision after);
}
