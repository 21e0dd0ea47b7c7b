using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Reviews;

/// <summary>POST serviceaccounts/NAME/token: a token for an account, for some audiences, for a time, perhaps bound to an object.</summary>
/// <remarks>Upstream: pkg/registry/core/serviceaccount/storage/token.go.</remarks>
internal static class TokenRequests
{
    private const long DefaultSeconds = 3600;
    private const long MinSeconds = 600;
    private const long MaxSeconds = 1L << 32;

    /// <summary>Answers 201 with the token.</summary>
    public static async Task AnswerAsync(ReviewRequest review)
    {
        var key = review.Request.Key;
        await review.Gateway.Cache.ReachCurrentAsync(review.Request.Aborted);
        if (review.Gateway.Cache.Find(key) is not { } account)
        {
            await review.FailAsync(Statuses.NotFound(key.GroupResource, key.Name));
            return;
        }

        Complete(review, key);
        var faults = Faults(review, key);
        if (faults.Count > 0)
        {
            await review.RefuseAsync(faults, Text(review.Object["metadata"] as JsonObject, "name") == key.Name ? "" : key.Name);
            return;
        }

        var (bound, refused) = Bound(review, key);
        if (refused is not null)
        {
            await review.FailAsync(refused);
            return;
        }

        var spec = review.Spec;
        string[] audiences = [.. spec["audiences"]!.AsArray().Select(audience => (string?)audience ?? "")];
        var token = review.Gateway.Issuer.Issue(
            key.Namespace, key.Name, account.Uid, audiences, TimeSpan.FromSeconds((long)spec["expirationSeconds"]!), bound);
        review.RecordOwner();
        if (!spec.ContainsKey("boundObjectRef"))
        {
            spec["boundObjectRef"] = null;
        }

        var metadata = (JsonObject)review.Object["metadata"]!;
        metadata["name"] = key.Name;
        metadata["namespace"] = key.Namespace;
        metadata["uid"] ??= Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = ObjectFields.Time(review.Request.ReceivedAt);
        await review.AnswerAsync(new JsonObject { ["token"] = token.Token, ["expirationTimestamp"] = ObjectFields.Time(token.ExpiresAt) });
    }

    private static void Complete(ReviewRequest review, ObjectKey key)
    {
        var metadata = review.Object["metadata"] as JsonObject;
        review.Object["metadata"] = metadata ??= [];
        if (Text(metadata, "name").Length == 0)
        {
            metadata["name"] = key.Name;
        }

        if (Text(metadata, "namespace").Length == 0)
        {
            metadata["namespace"] = key.Namespace;
        }

        var spec = review.Object["spec"] as JsonObject;
        review.Object["spec"] = spec ??= [];
        spec["expirationSeconds"] ??= DefaultSeconds;
        if (spec["audiences"] is not JsonArray { Count: > 0 })
        {
            spec["audiences"] = new JsonArray(TokenIssuer.Issuer);
        }
    }

    private static List<FieldError> Faults(ReviewRequest review, ObjectKey key)
    {
        var faults = new List<FieldError>();
        var metadata = review.Object["metadata"] as JsonObject;
        if (Text(metadata, "name") != key.Name)
        {
            faults.Add(FieldError.Invalid("metadata.name", Text(metadata, "name"), $"must match the service account name: \"{key.Name}\""));
        }

        if (Text(metadata, "namespace") != key.Namespace)
        {
            faults.Add(FieldError.Invalid(
                "metadata.namespace", Text(metadata, "namespace"), $"must match the service account namespace: \"{key.Namespace}\""));
        }

        var seconds = (long)review.Spec["expirationSeconds"]!;
        if (seconds < MinSeconds)
        {
            faults.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
        }

        if (seconds > MaxSeconds)
        {
            faults.Add(FieldError.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"));
        }

        return faults;
    }

    private static (BoundObject? Bound, ApiStatus? Refused) Bound(ReviewRequest review, ObjectKey account)
    {
        if (review.Spec["boundObjectRef"] is not JsonObject reference)
        {
            return (null, null);
        }

        var (kind, version, name, uid) = (Text(reference, "kind"), Text(reference, "apiVersion"), Text(reference, "name"), Text(reference, "uid"));
        if (version != "v1" || kind is not ("Pod" or "Secret" or "Node"))
        {
            return (null, Statuses.BadRequest(
                $"cannot bind token for serviceaccount \"{account.Name}\" to object type {version}, Kind={kind}"));
        }

        var resource = new GroupResource("", kind == "Pod" ? "pods" : kind == "Secret" ? "secrets" : "nodes");
        var key = new ObjectKey("", resource.Resource, kind == "Node" ? "" : account.Namespace, name);
        if (review.Gateway.Cache.Find(key) is not { } found)
        {
            return (null, Statuses.NotFound(resource, name));
        }

        if (uid.Length > 0 && uid != found.Uid)
        {
            return (null, Statuses.Conflict(resource, name,
                $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated"));
        }

        return kind == "Pod" && !RunsAs(found, account.Name)
            ? (null, Statuses.BadRequest($"cannot bind token for serviceaccount \"{account.Name}\" to pod running with different serviceaccount name."))
            : (new BoundObject(kind.ToLowerInvariant(), name, found.Uid), null);
    }

    private static bool RunsAs(CachedObject pod, string account) =>
        Text(JsonNode.Parse(pod.Stored.Document.Span)!["spec"] as JsonObject, "serviceAccountName") == account;

    private static string Text(JsonObject? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
}
