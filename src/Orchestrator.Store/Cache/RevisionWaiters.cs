using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Cache;

/// <summary>Those who wait for the cache to reach a revision. One entry serves all who wait for the same.</summary>
internal sealed class RevisionWaiters
{
    private readonly SortedDictionary<long, TaskCompletionSource> waiters = [];

    /// <summary>A task that ends when the revision is reached. The caller holds the cache's lock.</summary>
    public Task Add(Revision revision)
    {
        if (!waiters.TryGetValue(revision.Value, out var waiter))
        {
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add(revision.Value, waiter);
        }

        return waiter.Task;
    }

    /// <summary>Wakes those who waited for this revision or an earlier one. The caller holds the cache's lock.</summary>
    public void Reached(Revision revision)
    {
        while (waiters.Count > 0 && waiters.First() is var (wanted, waiter) && wanted <= revision.Value)
        {
            waiters.Remove(wanted);
            waiter.SetResult();
        }
    }
}
