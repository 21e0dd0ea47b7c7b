using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Store.Commits;

/// <summary>A write that waits for its commit.</summary>
internal sealed class PendingWrite : ICommitRow
{
    private const string NamespacePrefix = "/namespaces//";

    // Continuations run elsewhere: the commit loop must not execute what callers do with their outcome.
    private readonly TaskCompletionSource<CommitOutcome> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Creates the pending form of a request.</summary>
    /// <exception cref="ArgumentException">The document is not a JSON object with metadata, or carries a resourceVersion: a bug of the caller.</exception>
    public PendingWrite(CommitRequest request)
    {
        Request = request;
        Key = request.Key.ToString();
        NamespaceKey = request.RequiredNamespace is null ? null : NamespacePrefix + request.RequiredNamespace;
        Terminating = DocumentFacts.OfStorable(request.Document.Span, Key).Terminating && Key.StartsWith(NamespacePrefix, StringComparison.Ordinal);
        Companions = request.Companions.Count == 0 ? [] : [.. request.Companions.Select(companion => new PendingCompanion(companion, this))];
        Bytes = request.Document.Length + Companions.Sum(companion => (long)companion.Document.Length);
    }

    /// <summary>What was asked for.</summary>
    public CommitRequest Request { get; }

    /// <summary>The text form of the object's key.</summary>
    public string Key { get; }

    /// <summary>The key of the required namespace, or null.</summary>
    public string? NamespaceKey { get; }

    /// <summary>The object is a namespace that goes away.</summary>
    public bool Terminating { get; }

    /// <summary>The other objects that change with it.</summary>
    public IReadOnlyList<PendingCompanion> Companions { get; }

    /// <summary>Bytes of all its documents.</summary>
    public long Bytes { get; }

    /// <inheritdoc />
    Revision ICommitRow.Expected => Request.Expected;

    /// <inheritdoc />
    ReadOnlyMemory<byte> ICommitRow.Document => Request.Document;

    /// <inheritdoc />
    bool ICommitRow.Removes => Request.Removes;

    /// <inheritdoc />
    CommitRequest ICommitRow.Origin => Request;

    /// <summary>The caller stopped waiting: before it was sent, the write may be left out.</summary>
    public CancellationToken Abandoned { get; init; }

    /// <summary>The outcome, when there is one.</summary>
    public Task<CommitOutcome> Outcome => completion.Task;

    /// <summary>Answers the caller.</summary>
    public void Complete(CommitOutcome outcome) => completion.TrySetResult(outcome);

    /// <summary>Fails the caller.</summary>
    public void Fail(Exception cause) => completion.TrySetException(cause);

    /// <summary>The object as this write leaves it at a revision.</summary>
    public StoredObject At(Revision revision) =>
        new(Request.Key, revision, DocumentEncoding.WithResourceVersion(Request.Document.Span, revision));
}
