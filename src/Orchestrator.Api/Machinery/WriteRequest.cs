using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Machinery;

/// <summary>Who asks, and how the write is to be treated: the same for every verb.</summary>
public sealed record WriteOptions
{
    /// <summary>The user's name.</summary>
    public required string User { get; init; }

    /// <summary>The user's uid, when known.</summary>
    public string UserUid { get; init; } = "";

    /// <summary>The user's groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>More that is known of the user, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> UserExtra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Decide everything, store nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who owns the fields that are written; empty: derived from the user agent.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>What unknown and duplicate fields do: Strict, Warn or Ignore.</summary>
    public string FieldValidation { get; init; } = "Ignore";

    /// <summary>Server-side apply: take fields from other managers.</summary>
    public bool Force { get; init; }

    /// <summary>The subresource written, as in <c>status</c> or <c>scale</c>; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The API version of the request, as in <c>v1</c>.</summary>
    public string Version { get; init; } = "";

    /// <summary>What led to this write: a request id or <c>revision:N</c>, kept in the change log.</summary>
    public string Cause { get; init; } = "";

    /// <summary>The W3C trace context, kept in the change log.</summary>
    public string TraceParent { get; init; } = "";
}

/// <summary>What must hold of the object for a delete to go on, and how it is to be deleted.</summary>
public sealed record DeleteOptions
{
    /// <summary>The uid that the object must have.</summary>
    public string? Uid { get; init; }

    /// <summary>The resourceVersion that the object must have.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Seconds of grace; null for the kind's default.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Foreground, Background or Orphan; null for the kind's default.</summary>
    public string? PropagationPolicy { get; init; }
}

/// <summary>The patch formats, by their media types.</summary>
public enum PatchFormat
{
    /// <summary>application/json-patch+json, RFC 6902.</summary>
    Json,

    /// <summary>application/merge-patch+json, RFC 7396.</summary>
    Merge,

    /// <summary>application/strategic-merge-patch+json.</summary>
    StrategicMerge,

    /// <summary>application/apply-patch+yaml: server-side apply.</summary>
    Apply,
}

/// <summary>What a write comes to, decided without I/O.</summary>
public abstract record WriteDecision
{
    private WriteDecision()
    {
    }

    /// <summary>Non-fatal remarks for the caller (Warning headers).</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Store this document, without resourceVersion, as the object's new state.</summary>
    /// <param name="Document">The canonical UTF-8 document.</param>
    public sealed record Put(ReadOnlyMemory<byte> Document) : WriteDecision
    {
        /// <summary>What must be written in the same commit: quotas charged for the object, what it claims and what it gives back.</summary>
        public IReadOnlyList<CompanionWrite> Companions { get; init; } = [];
    }

    /// <summary>The object goes; this was its last state.</summary>
    /// <param name="Document">The canonical UTF-8 document.</param>
    public sealed record Remove(ReadOnlyMemory<byte> Document) : WriteDecision
    {
        /// <summary>What must be written in the same commit: what the object held and gives back.</summary>
        public IReadOnlyList<CompanionWrite> Companions { get; init; } = [];
    }

    /// <summary>Nothing changes: the stored object is the answer.</summary>
    public sealed record Unchanged : WriteDecision;

    /// <summary>Webhooks must be asked first; with their answers in the surroundings the decision is to be made again.</summary>
    /// <param name="Calls">The calls, which may be made at the same time.</param>
    public sealed record Ask(IReadOnlyList<WebhookCall> Calls) : WriteDecision;

    /// <summary>The request cannot be carried out.</summary>
    /// <param name="Status">Why.</param>
    public sealed record Reject(ApiStatus Status) : WriteDecision;
}

/// <summary>A change of another object that belongs to a write: both are committed, or neither.</summary>
/// <param name="Key">The other object.</param>
/// <param name="Expected">The revision that it must still have; none: it must not exist, and is created.</param>
/// <param name="Document">Its new canonical UTF-8 document, without resourceVersion; of a removal the last one.</param>
public sealed record CompanionWrite(ObjectKey Key, Revision Expected, ReadOnlyMemory<byte> Document)
{
    /// <summary>True: the other object is removed.</summary>
    public bool Removes { get; init; }

    /// <summary>True: the other object stays and counts something, as a quota does: many writes change the same one.</summary>
    public bool IsCharge => Expected > Revision.None && !Removes;
}

/// <summary>An object as it stands: its key, its revision and its document with the resourceVersion in place.</summary>
/// <param name="Key">The object's name.</param>
/// <param name="Revision">The revision of its last write.</param>
/// <param name="Document">The UTF-8 document.</param>
public sealed record StoredObject(ObjectKey Key, Revision Revision, ReadOnlyMemory<byte> Document);
