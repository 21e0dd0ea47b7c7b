using Orchestrator.Grains.Streams;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Tests.Fakes;

/// <summary>All changes of a <see cref="FakeWatchCache"/>.</summary>
internal sealed class FakeChangeSource(FakeWatchCache cache) : IChangeSource
{
    public IWatchSubscription Follow() => cache.WatchAll();
}
