using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    /// <inheritdoc />
    public WriteDecision Create(ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at)
    {
        if (Open(key, options, at) is not { } request)
        {
            return UnknownResource();
        }

        return Decode(request, body, out var obj) is { } failure ? request.Reject(failure) : CreateObject(request, obj);
    }

    private WriteDecision CreateObject(Request request, JsonObject obj)
    {
        if (TerminationFault(request) is { } terminating)
        {
            return request.Reject(terminating);
        }

        var isNameGenerated = IsNameGenerated(obj);
        if (ClearIdentity(request, obj) is { } refused)
        {
            return request.Reject(refused);
        }

        if (!request.OwnershipIsDecided)
        {
            FieldOwnership.OfNew(obj, request.Options, request.Kind, request.At.Now);
        }

        // What may change the object sees it as upstream shows it: before it has a name that is generated, a uid and a time.
        var attributes = Attributes(request, AdmissionOperation.Create, obj, null);
        if (isNameGenerated)
        {
            obj.Metadata().Remove("name");
        }

        if (Admit(request, isNameGenerated ? attributes with { Key = request.Key with { Name = "" }, FinalName = request.Key.Name } : attributes) is { } notAdmitted)
        {
            return notAdmitted;
        }

        GiveIdentity(request, obj);
        request.Strategy.PrepareForCreate(obj, request.At);
        EmittedFields.Complete(obj, StorageSchema(request.Kind));
        if (request.Strategy.TracksGeneration)
        {
            obj.Metadata()["generation"] = 1L;
        }

        var faults = MetadataRules.Faults(obj.Metadata(), request.Kind.Namespaced, request.Strategy).Concat(request.Strategy.Validate(obj));
        if (request.Invalid(faults) is { } invalid)
        {
            return request.Reject(invalid);
        }

        if (ValidateAdmission(request, attributes) is { } stopped)
        {
            return stopped;
        }

        request.Warnings.AddRange(request.Strategy.Warnings(obj, null));
        return new WriteDecision.Put(Encode(request, obj)) { Warnings = request.Warnings, Companions = request.Companions };
    }

    /// <summary>No object is created of a definition that is going with all its objects.</summary>
    private static ApiStatus? TerminationFault(Request request) => request.Kind.Custom is { Definition.IsTerminating: true }
        ? Statuses.MethodNotAllowed(request.Kind.GroupResource, "create") with { Message = "create not allowed while custom resource definition is terminating" }
        : null;

    private static bool IsNameGenerated(JsonObject obj) => obj.Metadata().Text("name").Length == 0 && obj.Metadata().Text("generateName").Length > 0;

    /// <summary>Sets what the server alone gives: the name, the uid, the creation time.</summary>
    private static void GiveIdentity(Request request, JsonObject obj)
    {
        var metadata = obj.Metadata();
        metadata["name"] = request.Key.Name;
        metadata["uid"] = request.At.NewUid().ToString("D");
        metadata["creationTimestamp"] = ObjectFields.Time(request.At.Now);
    }

    /// <summary>Clears what no creator may set.</summary>
    private static ApiStatus? ClearIdentity(Request request, JsonObject obj)
    {
        var metadata = obj.Metadata();
        if (metadata.Text("resourceVersion").Length > 0)
        {
            // Upstream answers with a plain error here, which becomes a 500 without a reason.
            return new ApiStatus(500, "", "resourceVersion should not be set on objects to be created");
        }

        if (MatchKey(metadata, request.Key) is { } mismatch)
        {
            return mismatch;
        }

        foreach (var field in (string[])["resourceVersion", "selfLink", "generation", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            metadata.Remove(field);
        }

        return null;
    }
}
