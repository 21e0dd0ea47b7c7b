using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    /// <inheritdoc />
    public WriteDecision Delete(StoredObject current, DeleteOptions delete, WriteOptions options, Surroundings at) =>
        Open(current.Key, options, at) is { } request ? DeleteObject(request, current, delete) : UnknownResource();

    private WriteDecision DeleteObject(Request request, StoredObject current, DeleteOptions delete)
    {
        var obj = Read(request, current);
        request.Sent = StoredBytes(request, current);
        if ((OptionsFault(delete) ?? PreconditionFault(request, current, obj, delete)) is { } refused)
        {
            return request.Reject(refused);
        }

        var attributes = Attributes(request, AdmissionOperation.Delete, null, obj) with { Request = OptionsDocument(delete, request.Options) };
        if ((Admit(request, attributes) ?? ValidateAdmission(request, attributes)) is { } notAdmitted)
        {
            return notAdmitted;
        }

        var old = Read(request, current);
        obj.Metadata().Remove("resourceVersion");
        if (IsNamespace(request))
        {
            return DeleteNamespace(request, current, obj, old, delete);
        }

        if (obj.Metadata().Text("deletionTimestamp").Length == 0 && request.Strategy.MarkForDeletion(obj, request.At))
        {
            return Conclude(request, current, obj, old);
        }

        var graceful = BeginGrace(request, obj, delete);
        if (graceful == Grace.Pending)
        {
            return new WriteDecision.Unchanged { Warnings = request.Warnings };
        }

        SetPropagationFinalizers(obj, delete, request.Strategy.DefaultPropagation);
        if (graceful == Grace.None && obj.Metadata().Texts("finalizers").Count > 0)
        {
            MarkDeleted(obj.Metadata(), request.At.Now);
        }

        return graceful == Grace.None && obj.Metadata().Texts("finalizers").Count == 0
            ? new WriteDecision.Remove(Encode(request, obj)) { Warnings = request.Warnings, Companions = Released(request, old) }
            : Conclude(request, current, obj, old);
    }

    private enum Grace
    {
        /// <summary>The kind has none, or it is over: the object goes as soon as no finalizer holds it.</summary>
        None,

        /// <summary>The deletion was asked for before and goes on as it was.</summary>
        Pending,

        /// <summary>The object is marked and waits out its grace (which may be zero).</summary>
        Marked,
    }

    /// <summary>Marks an object whose kind knows graceful deletion. Upstream: rest.BeforeDelete.</summary>
    private static Grace BeginGrace(Request request, JsonObject obj, DeleteOptions delete)
    {
        var metadata = obj.Metadata();
        if (request.Strategy.GracePeriod(obj, delete) is not { } period)
        {
            return Grace.None;
        }

        if (metadata.Time("deletionTimestamp") is not { } deadline)
        {
            SetDeadline(metadata, request.At.Now.AddSeconds(period), period);
            CountGeneration(metadata);
            return Grace.Marked;
        }

        if (metadata.Whole("deletionGracePeriodSeconds") is not { } running)
        {
            return Grace.None;
        }

        // A second request may only shorten the grace.
        if (delete.GracePeriodSeconds is not { } asked || asked >= running)
        {
            return Grace.Pending;
        }

        SetDeadline(metadata, deadline.AddSeconds(asked - running), asked);
        return Grace.Marked;
    }

    private static void SetDeadline(JsonObject metadata, DateTimeOffset deadline, long seconds)
    {
        metadata["deletionTimestamp"] = ObjectFields.Time(deadline);
        metadata["deletionGracePeriodSeconds"] = seconds;
    }

    /// <summary>Marks an object that only its finalizers keep. Upstream: markAsDeleting.</summary>
    private static void MarkDeleted(JsonObject metadata, DateTimeOffset now)
    {
        if (metadata.Whole("deletionGracePeriodSeconds") is null)
        {
            CountGeneration(metadata);
        }

        SetDeadline(metadata, metadata.Time("deletionTimestamp") is { } earlier && earlier <= now ? earlier : now, 0);
    }

    private static void CountGeneration(JsonObject metadata)
    {
        if (metadata.Whole("generation") is { } generation and > 0)
        {
            metadata["generation"] = generation + 1;
        }
    }

    /// <summary>The finalizers by which the garbage collector learns what is to become of dependents.</summary>
    private static void SetPropagationFinalizers(JsonObject obj, DeleteOptions delete, string defaultPropagation)
    {
        var metadata = obj.Metadata();
        var finalizers = metadata.Texts("finalizers");
        // What the object says already is overridden by the caller and overrides the kind's default.
        var policy = delete.PropagationPolicy
            ?? (finalizers.Contains(OrphanFinalizer) ? "Orphan" : finalizers.Contains(ForegroundFinalizer) ? "Foreground" : defaultPropagation);
        var wanted = finalizers.Where(finalizer => finalizer is not (OrphanFinalizer or ForegroundFinalizer)).ToList();
        switch (policy)
        {
            case "Orphan": wanted.Add(OrphanFinalizer); break;
            case "Foreground": wanted.Add(ForegroundFinalizer); break;
        }

        if (wanted.Count == 0)
        {
            metadata.Remove("finalizers");
        }
        else if (!wanted.SequenceEqual(finalizers))
        {
            metadata["finalizers"] = new JsonArray([.. wanted.Select(finalizer => JsonValue.Create(finalizer))]);
        }
    }

    /// <summary>A namespace stays, Terminating, until its content is gone. Upstream: pkg/registry/core/namespace/storage.</summary>
    private static WriteDecision DeleteNamespace(Request request, StoredObject current, JsonObject obj, JsonObject old, DeleteOptions delete)
    {
        var metadata = obj.Metadata();
        var held = (obj["spec"] as JsonObject).Texts("finalizers").Count > 0;
        if (metadata.Text("deletionTimestamp").Length == 0)
        {
            metadata["deletionTimestamp"] = ObjectFields.Time(request.At.Now);
            if (obj["status"] is not JsonObject status)
            {
                status = [];
                obj["status"] = status;
            }

            status["phase"] = "Terminating";
            SetPropagationFinalizers(obj, delete, request.Strategy.DefaultPropagation);
        }

        return held || metadata.Texts("finalizers").Count > 0
            ? Conclude(request, current, obj, old)
            : new WriteDecision.Remove(DocumentEncoding.Encode(obj)) { Warnings = request.Warnings };
    }

    /// <summary>The options of a delete as webhooks and policies see them.</summary>
    private static JsonObject OptionsDocument(DeleteOptions delete, WriteOptions options)
    {
        var document = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "meta.k8s.io/v1" };
        if (delete.GracePeriodSeconds is { } grace)
        {
            document["gracePeriodSeconds"] = grace;
        }

        if (delete.Uid is not null || delete.ResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            document["preconditions"] = preconditions;
            foreach (var (name, value) in new[] { ("uid", delete.Uid), ("resourceVersion", delete.ResourceVersion) }.Where(pair => pair.Item2 is not null))
            {
                preconditions[name] = value;
            }
        }

        if (delete.PropagationPolicy is { } policy)
        {
            document["propagationPolicy"] = policy;
        }

        if (options.DryRun)
        {
            document["dryRun"] = new JsonArray("All");
        }

        return document;
    }

    private static ApiStatus? OptionsFault(DeleteOptions delete) => delete.PropagationPolicy is null or "Foreground" or "Background" or "Orphan"
        ? null
        : Statuses.Invalid("meta.k8s.io", "DeleteOptions", "",
            [FieldError.NotSupported("propagationPolicy", delete.PropagationPolicy, "Foreground", "Background", "Orphan", "nil")]);

    private static ApiStatus? PreconditionFault(Request request, StoredObject current, JsonObject obj, DeleteOptions delete)
    {
        // Upstream names the kind here, not the resource.
        var subject = new GroupResource(request.Kind.Group, request.Kind.Kind);
        var uid = obj.Metadata().Text("uid");
        if (delete.Uid is { Length: > 0 } wanted && wanted != uid)
        {
            return Statuses.Conflict(subject, request.Key.Name,
                $"the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated");
        }

        return delete.ResourceVersion is { Length: > 0 } version && version != current.Revision.ToString()
            ? Statuses.Conflict(subject, request.Key.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({current.Revision}). The object might have been modified")
            : null;
    }
}
