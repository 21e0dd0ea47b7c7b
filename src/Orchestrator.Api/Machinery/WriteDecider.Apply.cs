using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;
using Orchestrator.Api.Yaml;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    /// <summary>Server-side apply: merges a configuration into the object, or creates the object from it.</summary>
    /// <remarks>Upstream: applyPatcher in apiserver/pkg/endpoints/handlers/patch.go.</remarks>
    private WriteDecision Apply(Request request, StoredObject? current, ReadOnlyMemory<byte> patch)
    {
        if (current is null && request.Options.Subresource.Length > 0)
        {
            return request.Reject(Statuses.NotFound(request.Kind.GroupResource, request.Key.Name));
        }

        var schema = Schema(request.Kind);
        if (ReadConfiguration(request, patch, out var applied) is { } unreadable)
        {
            return request.Reject(unreadable);
        }

        if (MatchKey(applied.Metadata(), request.Key) is { } mismatch)
        {
            return request.Reject(mismatch);
        }

        var live = current is null ? null : Read(request, current);
        if (live is not null)
        {
            VersionConversion.FromStorage(live, request.Kind);
        }

        // An applier must have a name: nothing is made up for it here.
        var writer = FieldOwnership.Writer(request.Options, request.Kind, request.At.Now) with { Manager = request.Options.FieldManager };
        var result = ServerSideApply.Apply(live, applied, schema, writer, request.Options.Force, Untouched(request, applied));
        if (result.Result is not JsonObject merged)
        {
            return request.Reject(result.Failure!);
        }

        request.OwnershipIsDecided = true;
        EmittedFields.OmitEmpty(merged, schema);
        VersionConversion.ToStorage(merged, request.Kind);
        Fill(request, merged);
        RewriteSent(request, StoredBytes(request, current), merged, sorts: true);
        return current is null ? CreateObject(request, merged) : UpdateObject(request, current, merged);
    }

    private static ApiStatus? ReadConfiguration(Request request, ReadOnlyMemory<byte> patch, out JsonObject applied)
    {
        applied = [];
        var json = patch;
        if (patch.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
        {
            var yaml = YamlToJson.Convert(patch.Span);
            if (yaml.Fault is not null)
            {
                return Statuses.BadRequest("error decoding YAML: " + yaml.Fault);
            }

            json = yaml.Json;
        }

        var decoded = Decoded(request, json.Span, keepEmpty: true);
        request.Warnings.AddRange(decoded.Warnings);
        applied = decoded.Object ?? [];
        return decoded.Failure;
    }

    /// <summary>What this way of writing does not touch: the status of an object, and all but the status of a status.</summary>
    private static string[] Untouched(Request request, JsonObject applied) => request.Options.Subresource switch
    {
        "status" => [.. applied.Select(field => field.Key).Where(name => name is not ("apiVersion" or "kind" or "metadata" or "status"))],
        _ when request.Kind.HasStatus => ["status"],
        _ => [],
    };
}
