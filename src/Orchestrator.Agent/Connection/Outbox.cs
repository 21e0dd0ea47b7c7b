using System.Threading.Channels;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Connection;

/// <summary>What the agent has to tell and has not told yet. Of a pod's statuses only the last one waits; events are lost first.</summary>
internal sealed class Outbox(long epoch)
{
    /// <summary>Events that wait while nobody listens. When they are full the oldest go: what happens now says more.</summary>
    private const int MaxEvents = 1000;

    private readonly Lock _gate = new();
    private readonly LinkedList<string> _due = [];
    private readonly HashSet<string> _isDue = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AgentMessage> _latest = new(StringComparer.Ordinal);
    private readonly Queue<EventReport> _events = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>This run of the agent.</summary>
    public long Epoch { get; } = epoch;

    /// <summary>A pod's status. It is kept, and told again to whoever connects next.</summary>
    public void Report(PodReport report) => Put("status/" + report.Uid, new AgentMessage { Epoch = Epoch, Pod = report });

    /// <summary>The node's status. It is kept likewise.</summary>
    public void Report(NodeReport report) => Put("node", new AgentMessage { Epoch = Epoch, Node = report });

    /// <summary>A pod's end. It goes after the pod's last status.</summary>
    public void Gone(PodGone gone) => Put("gone/" + gone.Uid, new AgentMessage { Epoch = Epoch, PodGone = gone });

    /// <summary>Something that happened.</summary>
    public void Event(EventReport report)
    {
        lock (_gate)
        {
            if (_events.Count == MaxEvents)
            {
                _events.Dequeue();
            }

            _events.Enqueue(report);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Nothing of a pod needs to be told any more.</summary>
    public void Forget(string podUid)
    {
        lock (_gate)
        {
            foreach (var key in new[] { "status/" + podUid, "gone/" + podUid })
            {
                _latest.Remove(key);
                if (_isDue.Remove(key))
                {
                    _due.Remove(key);
                }
            }
        }
    }

    /// <summary>A new connection: everything that is kept is due again.</summary>
    public void Restate()
    {
        lock (_gate)
        {
            foreach (var key in _latest.Keys.Where(_isDue.Add))
            {
                _due.AddLast(key);
            }
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>The next message; null when nothing waits.</summary>
    public AgentMessage? Next()
    {
        lock (_gate)
        {
            if (_due.First is { } first)
            {
                _due.RemoveFirst();
                _isDue.Remove(first.Value);
                return _latest[first.Value];
            }

            return _events.TryDequeue(out var happened) ? new AgentMessage { Epoch = Epoch, Event = happened } : null;
        }
    }

    /// <summary>Waits until something may have come.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _news.Reader.ReadAsync(cancellationToken);

    private void Put(string key, AgentMessage message)
    {
        lock (_gate)
        {
            _latest[key] = message;
            if (_isDue.Add(key))
            {
                _due.AddLast(key);
            }
        }

        _news.Writer.TryWrite(true);
    }
}
