using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Authorization;

namespace Orchestrator.Gateway.Reviews;

/// <summary>May this user do that? SubjectAccessReview, SelfSubjectAccessReview and LocalSubjectAccessReview.</summary>
/// <remarks>Upstream: pkg/registry/authorization and pkg/apis/authorization/validation.</remarks>
internal static class AccessReviews
{
    /// <summary>About a user whom the question names.</summary>
    public static Task OfSubjectAsync(ReviewRequest review)
    {
        var faults = SubjectFaults(review);
        CheckMetadata(review, faults);
        return AnswerAsync(review, faults, Subject(review.Spec));
    }

    /// <summary>About who asks.</summary>
    public static Task OfSelfAsync(ReviewRequest review)
    {
        var faults = TargetFaults(review.Spec);
        CheckMetadata(review, faults);
        return AnswerAsync(review, faults, review.Request.User);
    }

    /// <summary>About a user whom the question names, in the namespace of the URL.</summary>
    public static Task OfSubjectInNamespaceAsync(ReviewRequest review)
    {
        var ns = review.Request.Namespace;
        var metadata = review.Object["metadata"] as JsonObject ?? [];
        var inBody = Text(metadata, "namespace");
        if (inBody.Length > 0 && inBody != ns)
        {
            return review.FailAsync(Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request"));
        }

        metadata["namespace"] = ns;
        review.Object["metadata"] = metadata;
        var faults = SubjectFaults(review);
        CheckMetadata(review, faults);
        var asked = review.Spec["resourceAttributes"] as JsonObject;
        if (asked is not null && Text(asked, "namespace") != ns)
        {
            faults.Add(FieldError.Invalid("spec.resourceAttributes.namespace", Text(asked, "namespace"), "must match metadata.namespace"));
        }

        if (review.Spec["nonResourceAttributes"] is { } path)
        {
            faults.Add(FieldError.Invalid("spec.nonResourceAttributes", path, "disallowed on this kind of request"));
        }

        return AnswerAsync(review, faults, Subject(review.Spec));
    }

    private static Task AnswerAsync(ReviewRequest review, List<FieldError> faults, ApiUser user)
    {
        if (faults.Count > 0)
        {
            return review.RefuseAsync(faults);
        }

        var decision = review.Gateway.Authorizer.Authorize(Asked(review.Spec, user));
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
        {
            status["reason"] = decision.Reason;
        }

        review.RecordOwner();
        return review.AnswerAsync(status);
    }

    private static AccessRequest Asked(JsonObject spec, ApiUser user)
    {
        if (spec["nonResourceAttributes"] is JsonObject path)
        {
            return new AccessRequest(user, Text(path, "verb")) { Path = Text(path, "path") };
        }

        var resource = spec["resourceAttributes"] as JsonObject ?? [];
        return new AccessRequest(user, Text(resource, "verb"))
        {
            Group = Text(resource, "group"),
            Resource = Text(resource, "resource"),
            Subresource = Text(resource, "subresource"),
            Namespace = Text(resource, "namespace"),
            Name = Text(resource, "name"),
        };
    }

    private static ApiUser Subject(JsonObject spec)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, values) in spec["extra"] as JsonObject ?? [])
        {
            extra[name] = Texts(values);
        }

        return new ApiUser(Text(spec, "user"), Text(spec, "uid"), Texts(spec["groups"])) { Extra = extra };
    }

    private static List<FieldError> SubjectFaults(ReviewRequest review)
    {
        var faults = TargetFaults(review.Spec);
        if (Text(review.Spec, "user").Length == 0 && Texts(review.Spec["groups"]).Count == 0)
        {
            faults.Add(FieldError.Invalid("spec.user", "", "at least one of user or group must be specified"));
        }

        return faults;
    }

    private static List<FieldError> TargetFaults(JsonObject spec)
    {
        var (resource, path) = (spec["resourceAttributes"], spec["nonResourceAttributes"]);
        return (resource, path) switch
        {
            (not null, not null) => [FieldError.Invalid("spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes")],
            (null, null) => [FieldError.Invalid("spec.resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified")],
            _ => [],
        };
    }

    /// <summary>A question has no name and no labels; only the record of its owner may be sent back.</summary>
    private static void CheckMetadata(ReviewRequest review, List<FieldError> faults)
    {
        if (review.Object["metadata"] is JsonObject metadata
            && metadata.Any(member => member.Key is not ("managedFields" or "namespace" or "creationTimestamp") && member.Value is not null))
        {
            faults.Add(FieldError.Invalid("metadata", metadata, "must be empty"));
        }
    }

    private static string Text(JsonObject parent, string name) => parent[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static IReadOnlyList<string> Texts(JsonNode? array) => [.. (array as JsonArray ?? []).Select(item => item?.GetValue<string>() ?? "")];
}
