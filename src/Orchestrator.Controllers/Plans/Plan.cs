using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Controllers.Plans;

/// <summary>What a reconciler wants done, in order; a later write is not tried when an earlier one failed. Carries no choices for whoever applies it.</summary>
public sealed record Plan
{
    /// <summary>Nothing to do.</summary>
    public static Plan Nothing { get; } = new();

    /// <summary>The writes, in order.</summary>
    public IReadOnlyList<PlannedWrite> Writes { get; init; } = [];

    /// <summary>Look again after this time, even if nothing changes.</summary>
    public TimeSpan? RequeueAfter { get; init; }
}

/// <summary>One write of a plan.</summary>
public abstract record PlannedWrite
{
    private PlannedWrite()
    {
    }

    /// <summary>Create an object; an AlreadyExists is a reason to look again, not an error.</summary>
    /// <param name="Key">The object's key; with an empty name the applier chooses one from metadata.generateName.</param>
    /// <param name="Document">The object.</param>
    public sealed record Create(ObjectKey Key, JsonObject Document) : PlannedWrite
    {
        /// <summary>What to write when the object is refused (by a quota, say), from the server's sentence; null: nothing. A name that is taken is no refusal.</summary>
        public Func<string, IReadOnlyList<PlannedWrite>>? WhenRefused { get; init; }
    }

    /// <summary>Merge-patch an object or a subresource; the patch carries only fields that the controller owns.</summary>
    /// <param name="Key">The object.</param>
    /// <param name="MergePatch">RFC 7396.</param>
    /// <param name="Subresource"><c>status</c>, or empty.</param>
    /// <param name="ResourceVersion">The version that the plan was made from; null: any.</param>
    public sealed record Patch(ObjectKey Key, JsonObject MergePatch, string Subresource = "", string? ResourceVersion = null) : PlannedWrite
    {
        /// <summary>Who is to own the fields; null: the controller manager, as upstream's controllers do.</summary>
        public string? FieldManager { get; init; }
    }

    /// <summary>Apply a configuration on the server side, taking the fields that it names from whoever has them.</summary>
    /// <param name="Key">The object.</param>
    /// <param name="Configuration">The configuration: apiVersion, kind, name and the fields wanted.</param>
    /// <param name="Subresource"><c>status</c>, or empty.</param>
    /// <param name="FieldManager">Who is to own the fields.</param>
    public sealed record Apply(ObjectKey Key, JsonObject Configuration, string Subresource, string FieldManager) : PlannedWrite;

    /// <summary>Delete an object that still has this uid.</summary>
    /// <param name="Key">The object.</param>
    /// <param name="Uid">Its uid.</param>
    /// <param name="PropagationPolicy">Foreground, Background or Orphan; null: the kind's default.</param>
    /// <param name="GracePeriodSeconds">Grace; null: the object's own.</param>
    public sealed record Delete(ObjectKey Key, string Uid, string? PropagationPolicy = null, long? GracePeriodSeconds = null) : PlannedWrite;

    /// <summary>Say what happened: an Event about an object, counted when it repeats.</summary>
    /// <param name="About">The object.</param>
    /// <param name="Kind">Its kind and API version.</param>
    /// <param name="Uid">Its uid.</param>
    /// <param name="Type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="Reason">The reason, upstream's word.</param>
    /// <param name="Message">The sentence.</param>
    public sealed record Event(ObjectKey About, GroupVersionKind Kind, string Uid, string Type, string Reason, string Message) : PlannedWrite;
}
