using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    private static readonly string[] PatchMediaTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"];

    /// <summary>Of custom resources nothing is known by which lists could be merged strategically.</summary>
    private static readonly string[] CustomPatchMediaTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

    /// <inheritdoc />
    public WriteDecision Patch(
        ObjectKey key, StoredObject? current, PatchFormat format, ReadOnlyMemory<byte> patch, WriteOptions options, Surroundings at)
    {
        if (Open(key, options, at) is not { } request)
        {
            return UnknownResource();
        }

        request.Verb = "patch";
        if (format == PatchFormat.Apply && options.Subresource != "scale")
        {
            return Apply(request, current, patch);
        }

        if (current is null)
        {
            return request.Reject(Statuses.NotFound(request.Kind.GroupResource, key.Name));
        }

        return options.Subresource == "scale"
            ? PatchScale(request, current, format, patch)
            : PatchObject(request, current, format, patch);
    }

    private WriteDecision PatchObject(Request request, StoredObject current, PatchFormat format, ReadOnlyMemory<byte> patch)
    {
        var before = Read(request, current);
        VersionConversion.FromStorage(before, request.Kind);
        var schema = Schema(request.Kind);
        if (ApplyPatch(request, before, format, patch, schema, out var obj) is { } failure)
        {
            return request.Reject(failure);
        }

        obj["kind"] = request.Kind.Kind;
        VersionConversion.ToStorage(obj, request.Kind);
        Fill(request, obj);
        RewriteSent(request, StoredBytes(request, current), obj, sorts: format == PatchFormat.StrategicMerge);
        return UpdateObject(request, current, obj);
    }

    private WriteDecision PatchScale(Request request, StoredObject current, PatchFormat format, ReadOnlyMemory<byte> patch) =>
        ApplyPatch(request, ScaleDocuments.Read(Read(request, current), current.Revision, request.Kind.Custom?.Scale), format, patch, ScaleSchema, out var scale) is { } failure
            ? request.Reject(failure)
            : ApplyScale(request, current, scale);

    /// <summary>Patches a document and decodes the result as if it had been sent.</summary>
    private static ApiStatus? ApplyPatch(
        Request request, JsonObject before, PatchFormat format, ReadOnlyMemory<byte> patch, SchemaNode schema, out JsonObject obj)
    {
        obj = [];
        var applied = format switch
        {
            PatchFormat.Json => JsonPatch.Apply(before, patch, schema),
            PatchFormat.Merge => MergePatch.Apply(before, patch, schema),
            PatchFormat.StrategicMerge when request.Kind.Custom is null || request.Options.Subresource == "scale" => StrategicMergePatch.Apply(before, patch, schema),
            _ => new PatchResult(null, Statuses.UnsupportedMediaType(request.Kind.Custom is null ? PatchMediaTypes : CustomPatchMediaTypes)),
        };
        if (applied.Failure is not null)
        {
            return applied.Failure;
        }

        var text = GoText.Json(applied.Result);
        var bytes = Encoding.UTF8.GetBytes(text);
        var decoded = request.Kind.Custom is { } custom && request.Options.Subresource != "scale" ? CustomDecoder.Read(bytes, custom) : SchemaDecoder.Decode(bytes, schema);
        var isTree = format == PatchFormat.StrategicMerge;
        if (decoded.Fault is { } fault)
        {
            return PatchFault(isTree ? PatchText(patch) : text, isTree ? decoded.FaultOfTree ?? fault : fault);
        }

        if (request.Options.FieldValidation == "Strict" && decoded.Remarks.Count > 0)
        {
            return PatchFault(isTree ? PatchText(patch) : text, "strict decoding error: " + string.Join(", ", decoded.Remarks));
        }

        if (request.Options.FieldValidation == "Warn")
        {
            request.Warnings.AddRange(decoded.Remarks);
        }

        obj = decoded.Object!;
        return null;
    }

    // A strategic patch is applied to a tree, so that there is no patched document to show, only the patch.
    private static string PatchText(ReadOnlyMemory<byte> patch)
    {
        PatchDocument.Read(patch, out var document);
        return GoText.Value(document);
    }

    // Upstream names neither kind nor object when the patched document cannot be read.
    private static ApiStatus PatchFault(string document, string fault) =>
        Statuses.Invalid("", "", "", [FieldError.Invalid("patch", document, fault)]);
}
