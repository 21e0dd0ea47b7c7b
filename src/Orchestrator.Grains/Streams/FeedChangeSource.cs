using System.Threading.Channels;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Feed;

namespace Orchestrator.Grains.Streams;

/// <summary>The store's change feed behind a channel, so that a follower works on its own time and not on the feed's.</summary>
internal sealed class FeedChangeSource(IChangeFeed feed) : IChangeSource
{
    /// <inheritdoc />
    public IWatchSubscription Follow() => new Subscription(feed);

    private sealed class Subscription : IWatchSubscription
    {
        /// <summary>Changes that may wait. When more come the subscription ends and its follower looks at everything.</summary>
        private const int Capacity = 10_000;

        private readonly Channel<ChangeEvent> changes = Channel.CreateBounded<ChangeEvent>(Capacity);
        private readonly IDisposable subscription;

        public Subscription(IChangeFeed feed) => subscription = feed.Subscribe(Receive);

        public ChannelReader<ChangeEvent> Changes => changes.Reader;

        public void Dispose()
        {
            subscription.Dispose();
            changes.Writer.TryComplete();
        }

        private void Receive(ChangeBatch batch)
        {
            if (batch.Reset || !batch.Changes.All(changes.Writer.TryWrite))
            {
                changes.Writer.TryComplete(new WatchOverflowException());
            }
        }
    }
}
