using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Objects;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>Grains that write a <see cref="FakeCluster"/> without rules of any kind.</summary>
internal sealed class FakeGrains(FakeCluster cluster) : IGrainSource
{
    private readonly ConcurrentDictionary<string, FakeNode> nodes = new();

    /// <summary>The calls that arrived, for looking at what the gateway made of a request.</summary>
    public ConcurrentQueue<WriteCall> Calls { get; } = new();

    /// <summary>What deletes asked for.</summary>
    public ConcurrentQueue<DeleteCall> Deletes { get; } = new();

    /// <summary>How many creates are still to be answered AlreadyExists.</summary>
    public int Collisions { get; set; }

    public IObjectGrain Object(ObjectKey key) => new FakeObject(this, cluster, key);

    public INodeGrain Node(string name) => FakeNode(name);

    public FakeNode FakeNode(string name) => nodes.GetOrAdd(name, _ => new FakeNode());

    public IAgentLink Publish(IAgentLink link) => link;

    public void Withdraw(IAgentLink published)
    {
        foreach (var node in nodes.Values)
        {
            node.Forget(published);
        }
    }

    private sealed class FakeObject(FakeGrains grains, FakeCluster cluster, ObjectKey key) : IObjectGrain
    {
        public Task<WriteReply> CreateAsync(Immutable<byte[]> body, WriteCall call, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue(call);
            if (grains.Collisions-- > 0 || cluster.Find(key) is not null)
            {
                return Failed(Statuses.AlreadyExists(key.GroupResource, key.Name));
            }

            return Stored(cluster.Put(key, Encoding.UTF8.GetString(body.Value)).Stored, created: true);
        }

        public Task<WriteReply> UpdateAsync(Immutable<byte[]> body, WriteCall call, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue(call);
            return cluster.Find(key) is null ? NotFound() : Stored(cluster.Put(key, Encoding.UTF8.GetString(body.Value)).Stored);
        }

        public Task<WriteReply> PatchAsync(int format, Immutable<byte[]> patch, WriteCall call, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue(call);
            if (cluster.Find(key) is not { } current)
            {
                return NotFound();
            }

            var document = JsonNode.Parse(current.Stored.Document.Span)!.AsObject();
            foreach (var (name, value) in JsonNode.Parse(patch.Value)!.AsObject())
            {
                if (name == "metadata")
                {
                    document["metadata"]!["labels"] = value!["labels"]?.DeepClone();
                }
                else
                {
                    document[name] = value?.DeepClone();
                }
            }

            return Stored(cluster.Put(key, document).Stored);
        }

        public Task<WriteReply> DeleteAsync(DeleteCall delete, WriteCall call, CancellationToken cancellationToken)
        {
            grains.Calls.Enqueue(call);
            grains.Deletes.Enqueue(delete);
            return cluster.Remove(key) is { } removed
                ? Task.FromResult(new WriteReply { Object = Reply(removed.Stored), Gone = true })
                : NotFound();
        }

        public Task<ObjectReply?> GetAsync(CancellationToken cancellationToken) =>
            Task.FromResult(cluster.Find(key) is { } found ? Reply(found.Stored) : null);

        private Task<WriteReply> NotFound() => Failed(Statuses.NotFound(key.GroupResource, key.Name));

        private static Task<WriteReply> Failed(ApiStatus status) =>
            Task.FromResult(new WriteReply { Failure = Encoding.UTF8.GetBytes(status.ToJson().ToJsonString()) });

        private static Task<WriteReply> Stored(StoredObject stored, bool created = false) =>
            Task.FromResult(new WriteReply { Object = Reply(stored), Created = created });

        private static ObjectReply Reply(StoredObject stored) => new() { Revision = stored.Revision.Value, Document = stored.Document.ToArray() };
    }
}

/// <summary>A NodeGrain that remembers what it was told.</summary>
internal sealed class FakeNode : INodeGrain
{
    private IAgentLink? link;

    public ConcurrentQueue<byte[]> Reports { get; } = new();

    public TaskCompletionSource Disconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset? LastHeard { get; set; }

    public bool Stale { get; set; }

    /// <summary>What agents introduced themselves with.</summary>
    public ConcurrentQueue<byte[]> Hellos { get; } = new();

    /// <summary>How many reports are still to be answered as by a grain that has forgotten its agent.</summary>
    public int Forgets { get; set; }

    /// <summary>What is done when a stream is asked for.</summary>
    public Func<byte[], string?> OnOpenStream { get; set; } = _ => "no agent is connected";

    public async Task<AgentReply> ConnectAsync(long epoch, Immutable<byte[]> hello, IAgentLink link, CancellationToken cancellationToken)
    {
        this.link = link;
        Hellos.Enqueue(hello.Value);
        await link.SendAsync(new Immutable<byte[]>(Google.Protobuf.MessageExtensions.ToByteArray(
            new AgentProtocol.ServerMessage { Assignment = new AgentProtocol.Assignment { ClusterDomain = "cluster.local" } })));
        return new AgentReply { Stale = Stale };
    }

    public Task<AgentReply> ReportAsync(long epoch, Immutable<byte[]> message, CancellationToken cancellationToken)
    {
        Reports.Enqueue(message.Value);
        return Task.FromResult(new AgentReply { Reconnect = Forgets-- > 0 });
    }

    public Task DisconnectAsync(long epoch)
    {
        Disconnected.TrySetResult();
        return Task.CompletedTask;
    }

    public Task<string?> OpenStreamAsync(Immutable<byte[]> openStream, CancellationToken cancellationToken) => Task.FromResult(OnOpenStream(openStream.Value));

    public Task<DateTimeOffset?> LastHeardAsync() => Task.FromResult(LastHeard);

    public void Forget(IAgentLink published)
    {
        if (ReferenceEquals(link, published))
        {
            link = null;
        }
    }
}
