using Orchestrator.HistoryChecker;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun.Load;

/// <summary>A client that reads and writes a few objects through whatever silo comes, as its seed has it.</summary>
internal sealed class RandomClient(int number, Random chance, ApiClient api, IReadOnlyList<SiloProcess> silos)
{
    /// <summary>Few, so that clients compete.</summary>
    private const int Keys = 12;

    /// <summary>The labels that objects go through.</summary>
    public static readonly string[] Labels = ["a", "b", "c"];

    /// <summary>How far back reads of the past go.</summary>
    private const int Past = 400;

    // What this client last saw, which others may have changed since: that is what makes conflicts.
    private readonly Dictionary<string, long> known = [];
    private long seen = 1;
    private long values;

    /// <summary>Works until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var done = await api.DoAsync(silos[chance.Next(silos.Count)], Next(), stop);
            Learn(done);
            await Task.Delay(chance.Next(5, 40), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Operation Next()
    {
        var key = $"k{chance.Next(Keys)}";
        var version = known.GetValueOrDefault(key);
        return chance.Next(100) switch
        {
            < 45 => version == 0 ? Write(Verb.Create, key, 0) : Write(Verb.Update, key, version),
            < 53 => version == 0 ? Write(Verb.Create, key, 0) : Make(Verb.Delete, key) with { Expected = version },
            < 57 => Write(Verb.Create, key, 0),
            < 72 => Make(Verb.Get, key),
            < 76 => Make(Verb.Get, key) with { Freshness = Freshness.Any },
            < 80 => Make(Verb.Get, key) with { Freshness = Freshness.NotOlderThan, Wanted = seen },
            < 84 => Make(Verb.Get, key) with { Freshness = Freshness.Exact, Wanted = LongAgo() },
            < 90 => List(),
            < 92 => List() with { Freshness = Freshness.Any },
            < 95 => List() with { Freshness = Freshness.NotOlderThan, Wanted = seen },
            _ => List() with { Freshness = Freshness.Exact, Wanted = LongAgo() },
        };
    }

    private long LongAgo() => Math.Max(1, seen - chance.Next(Past));

    private Operation Write(Verb verb, string key, long expected) => Make(verb, key) with
    {
        Value = $"{number}-{++values}",
        Label = Labels[chance.Next(Labels.Length)],
        Expected = expected,
    };

    private Operation List() => Make(Verb.List, "") with { Selector = chance.Next(2) == 0 ? "" : Labels[chance.Next(Labels.Length)] };

    private static Operation Make(Verb verb, string key) =>
        new() { Id = 0, Verb = verb, Key = key, Begin = 0, End = 0, Outcome = Outcome.Unknown };

    private void Learn(Operation done)
    {
        var past = done.Freshness is Freshness.Exact or Freshness.Any;
        switch (done.Outcome)
        {
            case Outcome.Ok when done.Verb == Verb.Delete:
            case Outcome.NotFound when !past:
                known.Remove(done.Key);
                break;
            case Outcome.Ok when done.IsWrite:
                known[done.Key] = done.Revision;
                seen = Math.Max(seen, done.Revision);
                break;
            case Outcome.Ok when !past:
                foreach (var item in done.Items)
                {
                    known[item.Key] = item.Revision;
                    seen = Math.Max(seen, item.Revision);
                }

                break;
            case Outcome.Conflict or Outcome.AlreadyExists or Outcome.Unknown when done.IsWrite:
                // Look again before the next try; until then a guess, which is sometimes the ambiguous write's own revision.
                known.Remove(done.Key);
                break;
            default:
                break;
        }
    }
}
