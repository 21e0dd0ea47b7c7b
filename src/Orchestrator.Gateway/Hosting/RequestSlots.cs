using System.Collections.Concurrent;

namespace Orchestrator.Gateway.Hosting;

/// <summary>Counts each user's requests in flight, so that one client cannot take the whole silo. When the bound is reached, more are answered 429.</summary>
internal sealed class RequestSlots(int perUser)
{
    private readonly ConcurrentDictionary<string, int> inFlight = new(StringComparer.Ordinal);

    /// <summary>Takes a slot; false when the user has none left.</summary>
    public bool TryTake(string user)
    {
        if (inFlight.AddOrUpdate(user, 1, static (_, count) => count + 1) <= perUser)
        {
            return true;
        }

        Release(user);
        return false;
    }

    /// <summary>Gives a slot back. A user without requests is forgotten.</summary>
    public void Release(string user)
    {
        if (inFlight.AddOrUpdate(user, 0, static (_, count) => count - 1) <= 0)
        {
            inFlight.TryRemove(new KeyValuePair<string, int>(user, 0));
        }
    }

    /// <summary>All requests in flight.</summary>
    public int Total => inFlight.Values.Sum();
}
