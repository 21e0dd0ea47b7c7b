using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Commits;

namespace Orchestrator.Grains.Tests.Fakes;

/// <summary>The store's contract in a dictionary: compare-and-swap, one revision, and the failures that a test asks for.</summary>
public sealed class FakeObjectStore : IObjectStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<ObjectKey, StoredObject> objects = [];
    private long revision;

    public bool IsUnavailable { get; set; }

    public bool IsOverloaded { get; set; }

    public HashSet<string> TerminatingNamespaces { get; } = [];

    /// <summary>Runs once, just before the next commit: a competing writer.</summary>
    public Action? BeforeNextCommit { get; set; }

    public int Commits { get; private set; }

    /// <summary>Hears every change: key, before, after, revision, removed.</summary>
    public event Action<StoredObject?, StoredObject, bool>? Changed;

    public IReadOnlyList<StoredObject> All
    {
        get
        {
            lock (gate)
            {
                return [.. objects.Values];
            }
        }
    }

    public Task<CommitOutcome> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        var competitor = BeforeNextCommit;
        BeforeNextCommit = null;
        competitor?.Invoke();
        lock (gate)
        {
            return Task.FromResult(Commit(request));
        }
    }

    public Task<StoredObject?> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        lock (gate)
        {
            return Task.FromResult(objects.GetValueOrDefault(key));
        }
    }

    public Task<Revision> CurrentRevisionAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        return Task.FromResult(new Revision(Interlocked.Read(ref revision)));
    }

    /// <summary>Writes past the grains, as another activation would.</summary>
    public StoredObject Write(ObjectKey key, string document)
    {
        lock (gate)
        {
            var expected = objects.GetValueOrDefault(key)?.Revision ?? Revision.None;
            var request = new CommitRequest { Key = key, Expected = expected, Document = Encoding.UTF8.GetBytes(document) };
            return ((CommitOutcome.Committed)Commit(request)).Object;
        }
    }

    private CommitOutcome Commit(CommitRequest request)
    {
        ThrowIfUnavailable();
        if (IsOverloaded)
        {
            return new CommitOutcome.Overloaded();
        }

        if (request.RequiredNamespace is { } ns && TerminatingNamespaces.Contains(ns))
        {
            return new CommitOutcome.NamespaceGone();
        }

        var current = objects.GetValueOrDefault(request.Key);
        if ((current?.Revision ?? Revision.None) != request.Expected)
        {
            return new CommitOutcome.Conflict(current);
        }

        Commits++;
        var next = new Revision(++revision);
        var document = JsonNode.Parse(request.Document.Span)!.AsObject();
        (document["metadata"] as JsonObject ?? (JsonObject)(document["metadata"] = new JsonObject()))["resourceVersion"] = next.ToString();
        var stored = new StoredObject(request.Key, next, Encoding.UTF8.GetBytes(document.ToJsonString()));
        if (request.Removes)
        {
            objects.Remove(request.Key);
        }
        else
        {
            objects[request.Key] = stored;
        }

        Changed?.Invoke(current, stored, request.Removes);
        return new CommitOutcome.Committed(stored);
    }

    private void ThrowIfUnavailable()
    {
        if (IsUnavailable)
        {
            throw new StoreUnavailableException("the test stopped the database");
        }
    }
}
