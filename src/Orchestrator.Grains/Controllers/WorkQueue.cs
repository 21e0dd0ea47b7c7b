using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Controllers;

/// <summary>The keys that a shard has to look at: each waits once, none runs twice at a time, and one that fails waits longer each time.</summary>
/// <remarks>Upstream: client-go's workqueue with its exponential failure rate limiter. Not for use by several threads: the shard's turns order the calls.</remarks>
internal sealed class WorkQueue
{
    /// <summary>Keys that may wait. When more come they are not taken and <see cref="IsOverflowing"/> asks for a look at everything.</summary>
    internal const int Capacity = 10_000;

    /// <summary>Upstream: DefaultTypedControllerRateLimiter's base delay.</summary>
    internal static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(5);

    /// <summary>Upstream: DefaultTypedControllerRateLimiter's maximum delay.</summary>
    internal static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(1_000);

    private readonly Queue<ObjectKey> ready = new();
    private readonly HashSet<ObjectKey> waiting = [];
    private readonly Dictionary<ObjectKey, bool> running = [];
    private readonly Dictionary<ObjectKey, int> failures = [];
    private readonly Dictionary<ObjectKey, DateTimeOffset> due = [];
    private readonly PriorityQueue<ObjectKey, DateTimeOffset> delayed = new();

    /// <summary>Keys were turned away: when there is room again, look at everything.</summary>
    public bool IsOverflowing { get; private set; }

    /// <summary>How many keys are being worked on.</summary>
    public int RunningCount => running.Count;

    /// <summary>How many keys wait, those with a delay included.</summary>
    public int Count => waiting.Count + due.Count;

    /// <summary>When the next delayed key is due; null when none is.</summary>
    public DateTimeOffset? NextDue => delayed.TryPeek(out _, out var at) ? at : null;

    /// <summary>Wants a look at a key. One that runs is looked at again when it has finished.</summary>
    public void Add(ObjectKey key)
    {
        if (running.ContainsKey(key))
        {
            running[key] = true;
        }
        else if (!waiting.Contains(key))
        {
            if (waiting.Count >= Capacity)
            {
                IsOverflowing = true;
                return;
            }

            waiting.Add(key);
            ready.Enqueue(key);
        }
    }

    /// <summary>Wants a look at a key at a time; an earlier wish stands.</summary>
    public void AddAt(ObjectKey key, DateTimeOffset at)
    {
        if (due.TryGetValue(key, out var earlier) && earlier <= at)
        {
            return;
        }

        if (due.Count >= Capacity && !due.ContainsKey(key))
        {
            IsOverflowing = true;
            return;
        }

        due[key] = at;
        delayed.Enqueue(key, at);
    }

    /// <summary>Takes the next key; it runs until <see cref="Succeed"/> or <see cref="Fail"/>.</summary>
    public bool TryTake(DateTimeOffset now, out ObjectKey key)
    {
        ReleaseDue(now);
        if (!ready.TryDequeue(out key))
        {
            return false;
        }

        waiting.Remove(key);
        running.Add(key, false);
        return true;
    }

    /// <summary>The look at a key went well.</summary>
    public void Succeed(ObjectKey key)
    {
        failures.Remove(key);
        Finish(key);
    }

    /// <summary>The look at a key did not go well: it is looked at again after its back-off, which doubles.</summary>
    /// <returns>The back-off.</returns>
    public TimeSpan Fail(ObjectKey key, DateTimeOffset now)
    {
        var count = failures.GetValueOrDefault(key);
        failures[key] = count + 1;
        var delay = FirstBackOff * Math.Pow(2, Math.Min(count, 30));
        delay = delay > LongestBackOff ? LongestBackOff : delay;
        Finish(key);
        AddAt(key, now + delay);
        return delay;
    }

    /// <summary>Everything is about to be added: nothing that was turned away is missing any more.</summary>
    public void ClearOverflow() => IsOverflowing = false;

    private void Finish(ObjectKey key)
    {
        if (running.Remove(key, out var isWantedAgain) && isWantedAgain)
        {
            Add(key);
        }
    }

    private void ReleaseDue(DateTimeOffset now)
    {
        while (delayed.TryPeek(out var key, out var at) && at <= now)
        {
            delayed.Dequeue();
            if (due.TryGetValue(key, out var wanted) && wanted == at)
            {
                due.Remove(key);
                Add(key);
            }
        }
    }
}
