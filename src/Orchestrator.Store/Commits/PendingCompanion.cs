using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Store.Commits;

/// <summary>A companion that waits for the commit of its write.</summary>
internal sealed class PendingCompanion : ICommitRow
{
    private readonly CompanionWrite companion;

    /// <summary>Creates the pending form of a companion.</summary>
    /// <exception cref="ArgumentException">The document cannot be stored, or what is not expected to be there is to be removed: a bug of the caller.</exception>
    public PendingCompanion(CompanionWrite companion, PendingWrite write)
    {
        this.companion = companion;
        Key = companion.Key.ToString();
        Origin = write.Request;
        if (companion.Removes && companion.Expected == Revision.None)
        {
            throw new ArgumentException($"the companion {Key} removes what it expects not to be there", nameof(companion));
        }

        _ = DocumentFacts.OfStorable(companion.Document.Span, Key);
    }

    /// <inheritdoc />
    public string Key { get; }

    /// <summary>The object's name.</summary>
    public ObjectKey ObjectKey => companion.Key;

    /// <inheritdoc />
    public Revision Expected => companion.Expected;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Document => companion.Document;

    /// <inheritdoc />
    public bool Removes => companion.Removes;

    /// <inheritdoc />
    public bool Terminating => false;

    /// <inheritdoc />
    public string? NamespaceKey => null;

    /// <inheritdoc />
    public CommitRequest Origin { get; }

    /// <summary>The object as this companion leaves it at a revision.</summary>
    public StoredObject At(Revision revision) =>
        new(companion.Key, revision, DocumentEncoding.WithResourceVersion(companion.Document.Span, revision));
}
