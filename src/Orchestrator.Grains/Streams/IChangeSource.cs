using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Streams;

/// <summary>This silo's change feed, as routers follow it: every change of every resource, in process, after the cache has it.</summary>
/// <remarks>The I/O seam between streams and store; tests put a fake store's changes behind it.</remarks>
internal interface IChangeSource
{
    /// <summary>Follows all changes from now on. The channel completes with <see cref="WatchOverflowException"/> when the follower fell behind
    /// or the feed itself lost its place: follow again and look at everything.</summary>
    IWatchSubscription Follow();
}
