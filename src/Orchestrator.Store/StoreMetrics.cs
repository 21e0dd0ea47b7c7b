using System.Diagnostics.Metrics;

namespace Orchestrator.Store;

/// <summary>The store's instruments, on the meter <c>Orchestrator.Store</c>.</summary>
internal sealed class StoreMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Orchestrator.Store";

    private readonly Meter meter = new(MeterName);
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> commitSeconds;
    private readonly Histogram<double> feedLagSeconds;
    private readonly Histogram<double> compactionSeconds;
    private readonly Counter<long> changes;
    private readonly Counter<long> watchOverflows;
    private readonly Counter<long> audits;

    public StoreMetrics()
    {
        batchSize = meter.CreateHistogram<int>("orchestrator.store.commit.batch_size", "{write}", "Writes in one group commit.");
        commitSeconds = meter.CreateHistogram<double>("orchestrator.store.commit.duration", "s", "Time from taking a batch to its answer.");
        feedLagSeconds = meter.CreateHistogram<double>("orchestrator.store.feed.lag", "s", "Time from a commit to its publication in this silo.");
        compactionSeconds = meter.CreateHistogram<double>("orchestrator.store.compaction.duration", "s", "Time from saying that a partition of the change log goes to its being gone.");
        changes = meter.CreateCounter<long>("orchestrator.store.feed.changes", "{change}", "Changes published in this silo.");
        watchOverflows = meter.CreateCounter<long>("orchestrator.store.watch.overflows", "{watch}", "Watches ended because their reader was too slow.");
        audits = meter.CreateCounter<long>("orchestrator.store.cache.audits", "{audit}", "Comparisons of the watch cache with the database, by whether they agreed.");
    }

    /// <summary>Records a comparison of the watch cache with the database.</summary>
    public void Audited(bool agrees) => audits.Add(1, new KeyValuePair<string, object?>("agrees", agrees));

    /// <summary>Records a group commit.</summary>
    public void Committed(int writes, TimeSpan duration)
    {
        batchSize.Record(writes);
        commitSeconds.Record(duration.TotalSeconds);
    }

    /// <summary>Records published changes and the age of the youngest.</summary>
    public void Published(int count, TimeSpan lag)
    {
        changes.Add(count);
        feedLagSeconds.Record(Math.Max(0, lag.TotalSeconds));
    }

    /// <summary>Records that a partition of the change log was dropped.</summary>
    public void Compacted(TimeSpan duration) => compactionSeconds.Record(duration.TotalSeconds);

    /// <summary>Records the end of a slow watch.</summary>
    public void Overflowed() => watchOverflows.Add(1);

    /// <summary>Lets the length of the commit queue be observed.</summary>
    public void ObserveQueue(Func<int> length) =>
        meter.CreateObservableGauge("orchestrator.store.commit.queue", length, "{write}", "Writes that wait for a commit.");

    /// <inheritdoc />
    public void Dispose() => meter.Dispose();
}
