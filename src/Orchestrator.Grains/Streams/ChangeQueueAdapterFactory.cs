using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Orchestrator.Grains.Streams;

/// <summary>The persistent stream provider over the change feed: read only, because the log is written by commits and nothing else.</summary>
internal sealed class ChangeQueueAdapterFactory : IQueueAdapterFactory, IQueueAdapter
{
    /// <summary>The provider's name.</summary>
    public const string ProviderName = "changes";

    /// <summary>How many Orleans queues share the shards' streams: a few per silo, so that work spreads when silos join.</summary>
    private const int QueueCount = 8;

    /// <summary>Deliveries that the cache in front of the consumers holds per queue; when full, reading pauses and the router's queue takes the rest.</summary>
    private const int CacheSize = 4_096;

    private readonly HashRingBasedStreamQueueMapper mapper;
    private readonly SimpleQueueAdapterCache cache;
    private readonly ShardRouter router;

    private ChangeQueueAdapterFactory(string name, ShardRouter router, ILoggerFactory loggers)
    {
        Name = name;
        this.router = router;
        mapper = new HashRingBasedStreamQueueMapper(new HashRingStreamQueueMapperOptions { TotalQueueCount = QueueCount }, name);
        cache = new SimpleQueueAdapterCache(new SimpleQueueCacheOptions { CacheSize = CacheSize }, name, loggers);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public bool IsRewindable => false;

    /// <inheritdoc />
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <summary>Creates the provider.</summary>
    public static IQueueAdapterFactory Create(IServiceProvider services, string name) => new ChangeQueueAdapterFactory(
        name, services.GetRequiredService<ShardRouter>(), services.GetRequiredService<ILoggerFactory>());

    /// <inheritdoc />
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc />
    public IQueueAdapterCache GetQueueAdapterCache() => cache;

    /// <inheritdoc />
    public IStreamQueueMapper GetStreamQueueMapper() => mapper;

    /// <inheritdoc />
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    /// <inheritdoc />
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) =>
        new ChangeQueueReceiver(router, [.. router.Streams.Where(stream => mapper.GetQueueForStream(stream).Equals(queueId))]);

    /// <inheritdoc />
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("the change log is written by commits only");
}
