using System.Collections.Concurrent;
using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Nodes;

/// <summary>What changed in the cluster that concerns one node, until its grain has looked at it. Keys only, each once: the grain reads the cache.</summary>
internal sealed class NodeMailbox(string node) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim arrived = new(0, 1);
    private HashSet<ObjectKey> changed = [];
    private bool isIncomplete;

    /// <summary>The node.</summary>
    public string Node => node;

    /// <summary>The ConfigMaps, Secrets and service accounts that the node's pods reference; the grain keeps it, the feed reads it.</summary>
    public ConcurrentDictionary<ObjectKey, byte> References { get; } = new();

    /// <summary>Adds a key.</summary>
    public void Add(ObjectKey key)
    {
        lock (gate)
        {
            changed.Add(key);
        }

        Signal();
    }

    /// <summary>The feed missed something: the grain compares everything.</summary>
    public void AddAll()
    {
        lock (gate)
        {
            isIncomplete = true;
        }

        Signal();
    }

    /// <summary>Waits until something is there and takes it.</summary>
    public async Task<(HashSet<ObjectKey> Changed, bool IsIncomplete)> TakeAsync(CancellationToken cancellationToken)
    {
        await arrived.WaitAsync(cancellationToken);
        lock (gate)
        {
            var taken = (changed, isIncomplete);
            (changed, isIncomplete) = ([], false);
            return taken;
        }
    }

    /// <inheritdoc />
    public void Dispose() => arrived.Dispose();

    private void Signal()
    {
        lock (gate)
        {
            if (arrived.CurrentCount == 0)
            {
                arrived.Release();
            }
        }
    }
}
