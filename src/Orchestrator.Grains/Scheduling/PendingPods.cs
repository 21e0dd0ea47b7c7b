using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Grains.Scheduling;

/// <summary>The pods that wait for a node: first those of higher priority, then those that wait for longer; those that found none wait for a change.</summary>
/// <remarks>Upstream: pkg/scheduler/backend/queue (activeQ, backoffQ, unschedulablePods). Its size is the number of pending pods, which the store bounds.</remarks>
internal sealed class PendingPods
{
    /// <summary>Upstream: DefaultPodInitialBackoffDuration.</summary>
    internal static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    /// <summary>Upstream: DefaultPodMaxBackoffDuration.</summary>
    internal static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ObjectKey, Entry> entries = [];
    private readonly PriorityQueue<Entry, (int NegativePriority, long Order)> ready = new();
    private readonly PriorityQueue<Entry, DateTimeOffset> delayed = new();
    private long lastOrder;

    /// <summary>How many pods wait.</summary>
    public int Count => entries.Count;

    /// <summary>When the next delayed pod may be tried again; null when none is delayed.</summary>
    public DateTimeOffset? NextDue => delayed.TryPeek(out _, out var due) ? due : null;

    /// <summary>A pod waits. One that is known is tried anew only when what it asks for changed: its status changes with each failure.</summary>
    public void Add(StoredObject stored, SchedulingPod pod)
    {
        var wish = WishOf(stored);
        if (entries.TryGetValue(pod.Key, out var known) && known.Pod.Uid == pod.Uid)
        {
            if (known.Wish == wish)
            {
                known.Pod = pod;
                return;
            }

            known.IsGone = true;
        }

        var entry = new Entry(pod, wish, known?.Order ?? ++lastOrder);
        entries[pod.Key] = entry;
        MakeReady(entry);
    }

    /// <summary>A pod is placed, finished or gone.</summary>
    public void Remove(ObjectKey key)
    {
        if (entries.Remove(key, out var entry))
        {
            entry.IsGone = true;
        }
    }

    /// <summary>The next pod to place.</summary>
    public bool TryTake(DateTimeOffset now, out SchedulingPod? pod)
    {
        while (delayed.TryPeek(out var due, out var at) && at <= now)
        {
            delayed.Dequeue();
            if (!due.IsGone && due.IsDelayed)
            {
                MakeReady(due);
            }
        }

        while (ready.TryDequeue(out var entry, out _))
        {
            if (!entry.IsGone)
            {
                entry.Attempts++;
                entry.IsDelayed = entry.IsReady = false;
                entry.LastTry = null;
                pod = entry.Pod;
                return true;
            }
        }

        pod = null;
        return false;
    }

    /// <summary>No node was found: the pod waits until <see cref="Wake"/>.</summary>
    public void Shelve(ObjectKey key, DateTimeOffset now)
    {
        if (entries.TryGetValue(key, out var entry))
        {
            entry.LastTry = now;
        }
    }

    /// <summary>A node was found but the pod could not be bound: it is tried again after its back-off.</summary>
    public void Retry(ObjectKey key, DateTimeOffset now)
    {
        if (entries.TryGetValue(key, out var entry))
        {
            entry.LastTry = now;
            Delay(entry, now);
        }
    }

    /// <summary>Something changed that may make room: every pod that waits for that is tried again, not sooner than its back-off allows.</summary>
    public void Wake(DateTimeOffset now)
    {
        foreach (var entry in entries.Values)
        {
            if (!entry.IsReady && !entry.IsDelayed && entry.LastTry is not null)
            {
                Delay(entry, now);
            }
        }
    }

    private void MakeReady(Entry entry)
    {
        entry.IsDelayed = false;
        entry.IsReady = true;
        ready.Enqueue(entry, (-entry.Pod.Priority, entry.Order));
    }

    private void Delay(Entry entry, DateTimeOffset now)
    {
        var backOff = FirstBackOff * Math.Pow(2, Math.Min(entry.Attempts - 1, 10));
        var due = (entry.LastTry ?? now) + (backOff > LongestBackOff ? LongestBackOff : backOff);
        entry.IsDelayed = true;
        delayed.Enqueue(entry, due);
    }

    /// <summary>What a pod asks for: its spec and its labels, as text.</summary>
    private static string WishOf(StoredObject stored)
    {
        using var document = JsonDocument.Parse(stored.Document);
        var spec = document.RootElement.TryGetProperty("spec", out var found) ? found.GetRawText() : "";
        var labels = document.RootElement.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("labels", out var given)
            ? given.GetRawText()
            : "";
        return spec + labels;
    }

    private sealed class Entry(SchedulingPod pod, string wish, long order)
    {
        public SchedulingPod Pod { get; set; } = pod;

        public string Wish => wish;

        public long Order => order;

        public int Attempts { get; set; }

        public DateTimeOffset? LastTry { get; set; }

        public bool IsReady { get; set; }

        public bool IsDelayed { get; set; }

        public bool IsGone { get; set; }
    }
}
