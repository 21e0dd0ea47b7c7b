using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Identity;
using Orchestrator.Grains.Streams;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Nodes;

/// <summary>Follows this silo's change feed once for all node grains that live here and tells each what concerns its node.</summary>
/// <remarks>Not an Orleans stream: a node grain needs its pods' events from the silo that it is on, and a stream per node would be a stream per object.</remarks>
internal sealed class NodeChanges(IChangeSource source, IWatchCache cache) : BackgroundService
{
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<NodeMailbox, byte> mailboxes = new();

    /// <summary>Opens the mailbox of a node whose grain is here.</summary>
    public NodeMailbox Open(string node)
    {
        var mailbox = new NodeMailbox(node);
        mailboxes[mailbox] = 0;
        return mailbox;
    }

    /// <summary>The grain is leaving.</summary>
    public void Close(NodeMailbox mailbox)
    {
        mailboxes.TryRemove(mailbox, out _);
        mailbox.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!cache.IsReady)
        {
            await Task.Delay(ReadyPoll, stoppingToken);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            using var subscription = source.Follow();
            foreach (var mailbox in mailboxes.Keys)
            {
                mailbox.AddAll();
            }

            try
            {
                await foreach (var change in subscription.Changes.ReadAllAsync(stoppingToken))
                {
                    Sort(change);
                }
            }
            catch (WatchOverflowException)
            {
                // The next round follows from the present and every grain compares everything.
            }
        }
    }

    private void Sort(ChangeEvent change)
    {
        var key = change.Object.Stored.Key;
        switch (key.Group, key.Resource)
        {
            case ("", "pods"):
                var node = change.Object.Field("spec.nodeName");
                var before = change.Previous?.Field("spec.nodeName");
                Tell(mailbox => mailbox.Node == node || mailbox.Node == before, key);
                break;
            case ("", "configmaps" or "secrets" or "serviceaccounts"):
                Tell(mailbox => mailbox.References.ContainsKey(key), key);
                break;
            case ("", "services" or "nodes") or ("discovery.k8s.io", "endpointslices"):
                Tell(_ => true, key);
                break;
            default:
                break;
        }
    }

    private void Tell(Func<NodeMailbox, bool> concerns, ObjectKey key)
    {
        foreach (var mailbox in mailboxes.Keys)
        {
            if (concerns(mailbox))
            {
                mailbox.Add(key);
            }
        }
    }
}
