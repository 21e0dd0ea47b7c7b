using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Documents;

namespace Orchestrator.Store.Commits;

/// <summary>A write that waits for its commit.</summary>
internal sealed class PendingWrite
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
        DocumentHeader header;
        try
        {
            header = DocumentHeader.Parse(request.Document.Span);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new ArgumentException($"the document of {Key} cannot be stored: {e.Message}", nameof(request), e);
        }

        if (header.HasResourceVersion)
        {
            throw new ArgumentException($"the document of {Key} carries a resourceVersion", nameof(request));
        }

        Terminating = header.Terminating && Key.StartsWith(NamespacePrefix, StringComparison.Ordinal);
    }

    /// <summary>What was asked for.</summary>
    public CommitRequest Request { get; }

    /// <summary>The text form of the object's key.</summary>
    public string Key { get; }

    /// <summary>The key of the required namespace, or null.</summary>
    public string? NamespaceKey { get; }

    /// <summary>The object is a namespace that goes away.</summary>
    public bool Terminating { get; }

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
