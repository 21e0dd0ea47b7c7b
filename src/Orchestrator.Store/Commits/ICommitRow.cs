using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Commits;

/// <summary>One row of a commit: a write, or a companion of one.</summary>
internal interface ICommitRow
{
    /// <summary>The text form of the object's key.</summary>
    string Key { get; }

    /// <summary>The revision that the object must have.</summary>
    Revision Expected { get; }

    /// <summary>The new document; of a removal the last one.</summary>
    ReadOnlyMemory<byte> Document { get; }

    /// <summary>True: the object is removed.</summary>
    bool Removes { get; }

    /// <summary>The object is a namespace that goes away.</summary>
    bool Terminating { get; }

    /// <summary>The key of the required namespace, or null.</summary>
    string? NamespaceKey { get; }

    /// <summary>The request it belongs to: who wrote and why.</summary>
    CommitRequest Origin { get; }
}
