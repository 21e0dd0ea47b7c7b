using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    /// <summary>What a caller cannot change in metadata, whatever the body says.</summary>
    private static readonly string[] SystemMetadata =
        ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

    /// <inheritdoc />
    public WriteDecision Update(StoredObject current, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at)
    {
        if (Open(current.Key, options, at) is not { } request)
        {
            return UnknownResource();
        }

        switch (options.Subresource)
        {
            case "scale": return UpdateScale(request, current, body.Span);
            case "binding": return Bind(request, current, body.Span);
            case "eviction": return Evict(request, current, body.Span);
            default:
                return Decode(request, body, out var obj) is { } failure
                    ? request.Reject(failure)
                    : UpdateObject(request, current, obj);
        }
    }

    /// <inheritdoc />
    public WriteDecision UpdateMissing(ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at)
    {
        if (Open(key, options, at) is not { } request)
        {
            return UnknownResource();
        }

        return request.Strategy.AllowsCreateOnUpdate && options.Subresource.Length == 0
            ? Create(key, body, options, at)
            : request.Reject(Statuses.NotFound(request.Kind.GroupResource, key.Name));
    }

    /// <summary>From a decoded object to the decision; patches arrive here too.</summary>
    private WriteDecision UpdateObject(Request request, StoredObject current, JsonObject obj)
    {
        var old = Read(request, current);
        if (TakeOverMetadata(request, current, obj, old) is { } refused)
        {
            return request.Reject(refused);
        }

        // A status takes the metadata over from the object, so what server-side apply decided is put back at the end.
        var owners = request.OwnershipIsDecided ? obj.Metadata()["managedFields"]?.DeepClone() as JsonArray : null;
        var attributes = Attributes(request, AdmissionOperation.Update, obj, old);
        if (Admit(request, attributes) is { } notAdmitted)
        {
            return notAdmitted;
        }

        PrepareForUpdate(request, obj, old);
        // Upstream compares metadata twice, before and within the kind's validation, and names every fault of it twice.
        var changed = MetadataRules.UpdateFaults(obj.Metadata(), old.Metadata()).ToList();
        var faults = MetadataRules.Faults(obj.Metadata(), request.Kind.Namespaced, request.Strategy)
            .Concat(changed)
            .Concat(changed)
            .Concat(request.Strategy.ValidateUpdate(obj, old, request.Options.Subresource))
            .Concat(SentFaults(request, current, obj));
        if (request.Invalid(faults) is { } invalid)
        {
            return request.Reject(invalid);
        }

        if (ValidateAdmission(request, attributes) is { } stopped)
        {
            return stopped;
        }

        request.Warnings.AddRange(request.Strategy.Warnings(obj, old));
        if (owners is null)
        {
            FieldOwnership.AfterUpdate(obj, old, request.Options, request.Kind, request.At.Now);
        }
        else
        {
            FieldOwnership.Set(obj, owners);
        }

        return Conclude(request, current, obj, old);
    }

    /// <summary>Removes what has nothing left to wait for, leaves what did not change, stores the rest.</summary>
    private static WriteDecision Conclude(Request request, StoredObject current, JsonObject obj, JsonObject old)
    {
        obj.Metadata().Remove("resourceVersion");
        old.Metadata().Remove("resourceVersion");
        var document = Encode(request, obj);
        if (IsFinished(request, obj))
        {
            return new WriteDecision.Remove(document) { Warnings = request.Warnings, Companions = Released(request, old) };
        }

        // What the object holds may lack its record: then the object is written as it is, together with that.
        return request.Companions.Count == 0 && IsSame(request, current, document, obj, old)
            ? new WriteDecision.Unchanged { Warnings = request.Warnings }
            : new WriteDecision.Put(document) { Warnings = request.Warnings, Companions = request.Companions };
    }

    /// <summary>What goes together with an object: what it held according to the store, not to the request.</summary>
    private static IReadOnlyList<CompanionWrite> Released(Request request, JsonObject old) => [.. request.Strategy.Released(request.Key, old, request.At)];

    // A custom resource is written anew when its definition has changed what would be stored: so objects move to another storage version.
    private static bool IsSame(Request request, StoredObject current, byte[] document, JsonObject obj, JsonObject old)
    {
        if (request.Kind.Custom is null)
        {
            return JsonNode.DeepEquals(obj, old);
        }

        var stored = DocumentEncoding.Decode(current.Document);
        stored.Metadata().Remove("resourceVersion");
        return JsonNode.DeepEquals(DocumentEncoding.Decode(document), stored);
    }

    /// <summary>True: the object is being deleted, its grace is over and no finalizer holds it.</summary>
    /// <remarks>Upstream: ShouldDeleteDuringUpdate; a Namespace is also held by the finalizers of its spec.</remarks>
    private static bool IsFinished(Request request, JsonObject obj)
    {
        var metadata = obj.Metadata();
        return metadata.Text("deletionTimestamp").Length > 0
            && metadata.Whole("deletionGracePeriodSeconds") is null or 0
            && metadata.Texts("finalizers").Count == 0
            && !(IsNamespace(request) && (obj["spec"] as JsonObject).Texts("finalizers").Count > 0);
    }

    private static bool IsNamespace(Request request) => request.Key is { Group: "", Resource: "namespaces" };

    /// <summary>Checks the preconditions in the body and puts back what only the server writes.</summary>
    private static ApiStatus? TakeOverMetadata(Request request, StoredObject current, JsonObject obj, JsonObject old)
    {
        var (metadata, before) = (obj.Metadata(), old.Metadata());
        if (MatchKey(metadata, request.Key) is { } mismatch)
        {
            return mismatch;
        }

        if (metadata.Text("uid") is { Length: > 0 } uid && uid != before.Text("uid"))
        {
            return Statuses.Conflict(request.Kind.GroupResource, request.Key.Name,
                $"StorageError: invalid object, Code: 4, Key: /registry/{request.Key.Resource}/{new NamespacedName(request.Key.Namespace, request.Key.Name)}, " +
                $"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {before.Text("uid")}");
        }

        if (RevisionFault(request, current, metadata.Text("resourceVersion")) is { } stale)
        {
            return stale;
        }

        foreach (var field in SystemMetadata)
        {
            metadata.CopyField(field, before);
        }

        return null;
    }

    private static ApiStatus? RevisionFault(Request request, StoredObject current, string resourceVersion)
    {
        if (resourceVersion.Length > 0 && resourceVersion != "0")
        {
            return resourceVersion == current.Revision.ToString() ? null : Statuses.Conflict(request.Kind.GroupResource, request.Key.Name);
        }

        return request.Strategy.AllowsUnconditionalUpdate
            ? null
            : Statuses.Invalid(request.Kind.Group, request.Kind.Resource, request.Key.Name,
                [FieldError.Invalid("metadata.resourceVersion", 0, "must be specified for an update")]);
    }

    private static void PrepareForUpdate(Request request, JsonObject obj, JsonObject old)
    {
        var subresource = request.Options.Subresource;
        request.Strategy.PrepareForUpdate(obj, old, subresource);
        if (subresource == "status" && !MetadataFollowsStatus(request.Key))
        {
            obj["metadata"] = old.Metadata().DeepClone();
        }

        if (request.Strategy.TracksGeneration && SpecChanged(request, obj, old))
        {
            obj.Metadata()["generation"] = (old.Metadata().Whole("generation") ?? 0) + 1;
        }
    }

    // A kubelet writes annotations and labels of its Node, and conditions' owners those of Pods, together with the status.
    private static bool MetadataFollowsStatus(ObjectKey key) => key is { Group: "", Resource: "pods" or "nodes" };

    // Where status is no subresource, it is a field like any other.
    private static bool SpecChanged(Request request, JsonObject obj, JsonObject old) =>
        obj.Select(pair => pair.Key).Union(old.Select(pair => pair.Key))
            .Where(name => name is not ("metadata" or "kind" or "apiVersion") && !(name == "status" && request.Kind is { HasStatus: true } or { Custom: null }))
            .Any(name => !JsonNode.DeepEquals(obj[name], old[name]));
}
