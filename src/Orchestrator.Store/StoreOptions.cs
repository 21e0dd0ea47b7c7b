namespace Orchestrator.Store;

/// <summary>The store's settings and bounds. Each bound says what happens when it is reached.</summary>
public sealed record StoreOptions
{
    /// <summary>The PostgreSQL connection string. The store adds the search path and the sizes of its pools itself.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Writes that may wait for a commit. A further write is answered <see cref="Commits.CommitOutcome.Overloaded"/> at once.</summary>
    public int CommitQueueLimit { get; init; } = 10_000;

    /// <summary>Writes in one group commit. The rest wait for the next one.</summary>
    public int CommitBatchRows { get; init; } = 500;

    /// <summary>Bytes of documents in one group commit; a single larger document goes alone.</summary>
    public int CommitBatchBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a commit may wait for the revision row, which a stuck committer elsewhere may hold. Then the batch is retried.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long one statement may run before PostgreSQL cancels it.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long opening a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an outage is retried before all waiting writes end with <see cref="Commits.StoreUnavailableException"/>.</summary>
    public TimeSpan UnavailableAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections of this silo for what is rare: the upkeep of the change log, replays of it, backups. When all are busy the next waits.</summary>
    public int MaxPoolSize { get; init; } = 10;

    /// <summary>How often the change feed looks for changes although nothing notified it.</summary>
    public TimeSpan PollPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the change feed, when notified, waits for this silo's own commit that is under way: the notification may be about it, and what it
    /// has written need not be read back then. Afterwards the feed reads the log.</summary>
    public TimeSpan HandOverWait { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Rows that the change feed reads at once; the rest follow in the next read.</summary>
    public int FeedBatchRows { get; init; } = 1_000;

    /// <summary>Bytes of documents after which the change feed publishes what it has read so far.</summary>
    public int FeedBatchBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Changes kept in memory for watches that resume. An older watch is filled from the change log.</summary>
    public int RecentChanges { get; init; } = 10_000;

    /// <summary>Bytes of changes kept in memory for watches that resume; the oldest leave first.</summary>
    public long RecentChangesBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Frames that may wait for one watcher. With one more its watch ends with <see cref="Cache.WatchOverflowException"/>.</summary>
    public int WatchBufferFrames { get; init; } = 1_000;

    /// <summary>Bytes that may wait for one watcher. With more its watch ends with <see cref="Cache.WatchOverflowException"/>.</summary>
    public long WatchBufferBytes { get; init; } = 4L * 1024 * 1024;

    /// <summary>How long the change log is kept. A watch that wants to resume from before must list again (410).</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Bytes of change log that are kept even if younger than <see cref="Retention"/>; beyond them the oldest partitions are dropped.</summary>
    public long RetentionBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Revisions in one partition of the change log: what compaction drops at once.</summary>
    /// <remarks>All silos of a cluster should agree; existing partitions keep their size.</remarks>
    public long PartitionRevisions { get; init; } = 100_000;

    /// <summary>Partitions made ahead of the current revision. A committer that runs past them makes the next one itself.</summary>
    public int PartitionsAhead { get; init; } = 3;

    /// <summary>How often partitions are made and dropped.</summary>
    public TimeSpan RetentionPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the watch cache is compared with the database as a whole. It reads every object.</summary>
    public TimeSpan AuditPeriod { get; init; } = TimeSpan.FromHours(1);
}
