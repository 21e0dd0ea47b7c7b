using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers.Plans;
using Orchestrator.Grains.Objects;
using Orchestrator.Store.Cache;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Events;

/// <summary>Writes Events behind the back of those who tell them: telling never waits and never fails.</summary>
internal sealed partial class EventRecorder(IGrainFactory grains, IWatchCache cache, TimeProvider clock, ILogger<EventRecorder> logger)
    : BackgroundService
{
    /// <summary>Happenings that may wait; more are dropped, as upstream's broadcaster drops them.</summary>
    private const int QueueLimit = 1_000;

    /// <summary>How often a write that the store did not take is tried.</summary>
    private const int Attempts = 5;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly EventCorrelator correlator = new();
    private readonly Channel<Happening> told = Channel.CreateBounded<Happening>(
        new BoundedChannelOptions(QueueLimit) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Tells of a controller's event.</summary>
    public void Record(string component, PlannedWrite.Event planned) => Record(new Happening
    {
        Component = component,
        User = "system:serviceaccount:kube-system:" + component,
        About = planned.About,
        Kind = planned.Kind.Kind,
        ApiVersion = planned.Kind.ApiVersion,
        Uid = planned.Uid,
        Type = planned.Type,
        Reason = planned.Reason,
        Message = planned.Message,
    });

    /// <summary>Tells of a happening.</summary>
    public void Record(Happening happening) => told.Writer.TryWrite(happening);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var happening in told.Reader.ReadAllAsync(stoppingToken))
        {
            if (correlator.Correlate(happening, clock.GetUtcNow()) is { } series)
            {
                await WriteAsync(happening, series, stoppingToken);
            }
        }
    }

    private async Task WriteAsync(Happening happening, EventCorrelator.Series series, CancellationToken stoppingToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var failure = await TryWriteAsync(happening, series, stoppingToken);
            switch (failure)
            {
                case null:
                    return;
                case { Code: 404 } when series.Count > 1:
                    series = correlator.Restart(happening, series, clock.GetUtcNow());
                    continue;
                case { Code: < 500 and not 429 }:
                case not null when attempt >= Attempts:
                    LogNotWritten(happening.Reason, happening.About.Namespace, happening.About.Name, failure.Value.Message);
                    return;
                default:
                    await Task.Delay(RetryDelay, clock, stoppingToken);
                    break;
            }
        }
    }

    private async Task<(int Code, string Message)?> TryWriteAsync(
        Happening happening, EventCorrelator.Series series, CancellationToken stoppingToken)
    {
        // Upstream puts the Events about cluster-scoped objects into the default namespace.
        var ns = happening.About.Namespace.Length > 0 ? happening.About.Namespace : "default";
        var grain = grains.GetObject(new ObjectKey("", "events", ns, series.Name));
        var call = new WriteCall { User = happening.User, FieldManager = happening.Component, Version = "v1" };
        try
        {
            var reply = series.Count == 1
                ? await grain.CreateAsync(Serialize(Document(happening, series, ns)), call, stoppingToken)
                : await grain.PatchAsync((int)PatchFormat.Merge, Serialize(Repetition(series)), call, stoppingToken);
            return reply.Failure is { } failure ? (StatusDocuments.Code(failure), StatusDocuments.Message(failure)) : null;
        }
        catch (Exception fault) when (fault is not OperationCanceledException and not OutOfMemoryException)
        {
            // The silo of the grain went away or did not answer in time: as good as a 503.
            return (503, fault.Message);
        }
    }

    private static JsonObject Repetition(EventCorrelator.Series series) => new()
    {
        ["count"] = series.Count,
        ["lastTimestamp"] = Time(series.Last),
        ["message"] = series.Message,
    };

    private JsonObject Document(Happening happening, EventCorrelator.Series series, string ns)
    {
        var source = new JsonObject { ["component"] = happening.Component };
        if (happening.Host.Length > 0)
        {
            source["host"] = happening.Host;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = series.Name, ["namespace"] = ns },
            ["involvedObject"] = Reference(happening),
            ["reason"] = happening.Reason,
            ["message"] = series.Message,
            ["source"] = source,
            ["firstTimestamp"] = Time(series.First),
            ["lastTimestamp"] = Time(series.Last),
            ["count"] = series.Count,
            ["type"] = happening.Type,
            ["reportingComponent"] = happening.Component,
            ["reportingInstance"] = happening.Host,
        };
    }

    private JsonObject Reference(Happening happening)
    {
        var reference = new JsonObject { ["kind"] = happening.Kind };
        if (happening.About.Namespace.Length > 0)
        {
            reference["namespace"] = happening.About.Namespace;
        }

        reference["name"] = happening.About.Name;
        reference["uid"] = happening.Uid;
        reference["apiVersion"] = happening.ApiVersion;
        if (cache.Find(happening.About) is { } seen && seen.Uid == happening.Uid)
        {
            reference["resourceVersion"] = seen.Stored.Revision.ToString();
        }

        if (happening.FieldPath.Length > 0)
        {
            reference["fieldPath"] = happening.FieldPath;
        }

        return reference;
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Immutable<byte[]> Serialize(JsonObject document) => new(JsonSerializer.SerializeToUtf8Bytes(document));
}
