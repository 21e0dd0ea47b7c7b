using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Grains.Tests.Fakes;

/// <summary>Decides without any kind's rules: what comes in is stored, a given resourceVersion or uid must match.</summary>
public sealed class PlainDecider : IWriteDecider
{
    public WriteDecision Create(ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at)
    {
        var document = Parse(body);
        var metadata = document["metadata"] as JsonObject ?? (JsonObject)(document["metadata"] = new JsonObject());
        if ((string?)document["reject"] is { } message)
        {
            return new WriteDecision.Reject(new ApiStatus(422, "Invalid", message));
        }

        metadata.Remove("resourceVersion");
        metadata["name"] = key.Name;
        if (key.Namespace.Length > 0)
        {
            metadata["namespace"] = key.Namespace;
        }

        metadata["uid"] ??= at.NewUid().ToString();
        return Put(document);
    }

    public WriteDecision Update(StoredObject current, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at)
    {
        var document = Parse(body);
        return VersionMismatch(current, document) is { } mismatch ? mismatch : Put(document);
    }

    public WriteDecision UpdateMissing(ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions options, Surroundings at) =>
        new WriteDecision.Reject(Statuses.NotFound(key.GroupResource, key.Name));

    public WriteDecision Patch(
        ObjectKey key, StoredObject? current, PatchFormat format, ReadOnlyMemory<byte> patch, WriteOptions options, Surroundings at)
    {
        var change = Parse(patch);
        if (current is null)
        {
            return Create(key, patch, options, at);
        }

        if (VersionMismatch(current, change) is { } mismatch)
        {
            return mismatch;
        }

        var document = Parse(current.Document);
        Merge(document, change);
        return document.ToJsonString() == Encoding.UTF8.GetString(current.Document.Span) ? new WriteDecision.Unchanged() : Put(document);
    }

    public WriteDecision Connect(ObjectKey key, JsonObject connection, WriteOptions options, Surroundings at) => new WriteDecision.Unchanged();

    public WriteDecision Delete(StoredObject current, DeleteOptions delete, WriteOptions options, Surroundings at)
    {
        var document = Parse(current.Document);
        return delete.Uid is { } uid && uid != (string?)document["metadata"]?["uid"]
            ? new WriteDecision.Reject(new ApiStatus(409, "Conflict", "uid"))
            : new WriteDecision.Remove(current.Document);
    }

    private static WriteDecision.Reject? VersionMismatch(StoredObject current, JsonObject given) =>
        (string?)given["metadata"]?["resourceVersion"] is { } version && version != current.Revision.ToString()
            ? new WriteDecision.Reject(new ApiStatus(409, "Conflict", $"{version} is not {current.Revision}"))
            : null;

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && target[name] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static WriteDecision.Put Put(JsonObject document) => new(Encoding.UTF8.GetBytes(document.ToJsonString()));

    private static JsonObject Parse(ReadOnlyMemory<byte> bytes) => JsonNode.Parse(bytes.Span)!.AsObject();
}
