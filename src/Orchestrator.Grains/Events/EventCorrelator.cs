using System.Globalization;

namespace Orchestrator.Grains.Events;

/// <summary>Decides whether a happening is a new Event, one more of a known one, or too much: a failing object must not flood the store.</summary>
/// <remarks>Upstream: client-go/tools/record/events_cache.go, with its numbers.</remarks>
internal sealed class EventCorrelator
{
    /// <summary>Entries remembered per question; beyond that the least recently used is forgotten and starts a new Event.</summary>
    private const int Remembered = 4_096;

    /// <summary>Events about one object from one source that may come at once.</summary>
    private const int Burst = 25;

    /// <summary>Different messages of one reason that make them one combined Event.</summary>
    private const int SimilarLimit = 10;

    private const string CombinedPrefix = "(combined from similar events): ";

    /// <summary>After a burst, one Event in this time.</summary>
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(5);

    /// <summary>Messages further apart than this are not similar events.</summary>
    private static readonly TimeSpan SimilarWithin = TimeSpan.FromMinutes(10);

    private readonly RecentMap<object, Similar> similar = new(Remembered);
    private readonly RecentMap<object, Series> known = new(Remembered);
    private readonly RecentMap<object, Allowance> allowances = new(Remembered);

    /// <summary>Says what to write; null: nothing, there is too much of it.</summary>
    public Series? Correlate(Happening happening, DateTimeOffset now)
    {
        var (key, message) = Aggregate(happening, now);
        var series = known.TryGet(key, out var before)
            ? before with { Count = before.Count + 1, Last = now, Message = message }
            : new Series(NameOf(happening, now), 1, now, now, message);
        known.Set(key, series);
        return TrySpend(happening, now) ? series : null;
    }

    /// <summary>The Event is not in the store (any more): the next of its kind starts a new one.</summary>
    public Series Restart(Happening happening, Series series, DateTimeOffset now)
    {
        var fresh = series with { Name = NameOf(happening, now), Count = 1, First = now };
        known.Set(series.Message.StartsWith(CombinedPrefix, StringComparison.Ordinal) ? GroupOf(happening) : ExactOf(happening), fresh);
        return fresh;
    }

    private static string NameOf(Happening happening, DateTimeOffset now) =>
        happening.About.Name + "." + ((now - DateTimeOffset.UnixEpoch).Ticks * 100).ToString("x", CultureInfo.InvariantCulture);

    private static (Happening Group, string Exact) ExactOf(Happening happening) => (GroupOf(happening), happening.Message + "\n" + happening.FieldPath);

    private static Happening GroupOf(Happening happening) => happening with { Message = "", FieldPath = "" };

    private (object Key, string Message) Aggregate(Happening happening, DateTimeOffset now)
    {
        var group = GroupOf(happening);
        var messages = similar.TryGet(group, out var seen) && now - seen.Last <= SimilarWithin ? seen.Messages : [];
        messages.Add(happening.Message);
        similar.Set(group, new Similar(messages, now));
        if (messages.Count < SimilarLimit)
        {
            return (ExactOf(happening), happening.Message);
        }

        messages.Remove(messages.First());
        return (group, CombinedPrefix + happening.Message);
    }

    private bool TrySpend(Happening happening, DateTimeOffset now)
    {
        var key = happening with { Type = "", Reason = "", Message = "", FieldPath = "" };
        var allowance = allowances.TryGet(key, out var left) ? left : new Allowance(Burst, now);
        var tokens = Math.Min(Burst, allowance.Tokens + ((now - allowance.At) / Refill));
        var canSpend = tokens >= 1;
        allowances.Set(key, new Allowance(canSpend ? tokens - 1 : tokens, now));
        return canSpend;
    }

    /// <summary>One Event and how often it happened.</summary>
    /// <param name="Name">The Event's name.</param>
    /// <param name="Count">How often; one: it is to be created.</param>
    /// <param name="First">When first.</param>
    /// <param name="Last">When last.</param>
    /// <param name="Message">What it says now.</param>
    internal sealed record Series(string Name, int Count, DateTimeOffset First, DateTimeOffset Last, string Message);

    private sealed record Similar(HashSet<string> Messages, DateTimeOffset Last);

    private readonly record struct Allowance(double Tokens, DateTimeOffset At);
}
