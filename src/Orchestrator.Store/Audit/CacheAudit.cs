using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Documents;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.History;

namespace Orchestrator.Store.Audit;

/// <summary>Audits the watch cache on demand and now and then by itself; a difference is a bug, is logged as one, and stays visible as a metric.</summary>
internal sealed partial class CacheAudit : BackgroundService, ICacheAudit
{
    /// <summary>How often another revision is tried when the one that was taken cannot be read any more.</summary>
    private const int Attempts = 5;

    private readonly WatchCache cache;
    private readonly PastStates past;
    private readonly StoreOptions options;
    private readonly StoreMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<CacheAudit> log;
    private readonly SemaphoreSlim turn = new(1);

    private volatile AuditReport? last;

    public CacheAudit(WatchCache cache, PastStates past, StoreOptions options, StoreMetrics metrics, TimeProvider clock, ILogger<CacheAudit> log)
    {
        (this.cache, this.past, this.options, this.metrics, this.clock, this.log) = (cache, past, options, metrics, clock, log);
    }

    /// <inheritdoc />
    public AuditReport? Last => last;

    /// <inheritdoc />
    public async Task<AuditReport?> RunAsync(CancellationToken cancellationToken)
    {
        // One at a time: each reads everything.
        await turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                // The state never changes, so the database may take its time to tell what it had at that revision.
                if (await CompareAsync(cache.Capture(), cancellationToken) is { } report)
                {
                    last = report;
                    metrics.Audited(report.Agrees);
                    if (!report.Agrees)
                    {
                        LogDifference(report.Revision.Value, report.CacheObjects, report.StoreObjects);
                    }

                    return report;
                }
            }

            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.AuditPeriod, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                stoppingToken.ThrowIfCancellationRequested();
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StoreUnavailableException e)
            {
                LogPostponed(e);
            }
        }
    }

    private async Task<AuditReport?> CompareAsync(CacheState state, CancellationToken cancellationToken)
    {
        var stored = new StateDigest();
        if (!await past.ReadAsync(
            "", exact: false, state.Revision,
            (key, revision, document) => stored.Add(key, revision, SentBytes.Compact(DocumentEncoding.WithResourceVersion(document, revision)).Span),
            cancellationToken))
        {
            return null;
        }

        var cached = new StateDigest();
        foreach (var found in state.Tables.Values.SelectMany(table => table.List("")))
        {
            cached.Add(found.Stored.Key, found.Stored.Revision, found.Stored.Document.Span);
        }

        return new AuditReport(state.Revision, cached.Count, cached.ToString(), stored.Count, stored.ToString());
    }
}
