using System.Text.Json.Nodes;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Reviews;

/// <summary>What may I do in this namespace? SelfSubjectRulesReview.</summary>
/// <remarks>Upstream: pkg/registry/authorization/selfsubjectrulesreview.</remarks>
internal static class RulesReviews
{
    /// <summary>Answers with the rules of the user.</summary>
    public static Task AnswerAsync(ReviewRequest review)
    {
        var ns = (string?)review.Spec["namespace"] ?? "";
        if (ns.Length == 0)
        {
            return review.FailAsync(Statuses.BadRequest("no namespace on request"));
        }

        var rules = review.Gateway.Authorizer.RulesOf(review.Request.User, ns);
        review.Object["metadata"] = new JsonObject();
        review.Object["spec"] = new JsonObject();
        return review.AnswerAsync(new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(rule => rule.NonResourceUrls.Length == 0).Select(OnResources)]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(rule => rule.NonResourceUrls.Length > 0).Select(OnPaths)]),
            ["incomplete"] = false,
        });
    }

    private static JsonNode OnResources(PolicyRule rule)
    {
        var shown = new JsonObject { ["verbs"] = ReviewRequest.Words(rule.Verbs), ["apiGroups"] = ReviewRequest.Words(rule.ApiGroups) };
        shown["resources"] = ReviewRequest.Words(rule.Resources);
        if (rule.ResourceNames.Length > 0)
        {
            shown["resourceNames"] = ReviewRequest.Words(rule.ResourceNames);
        }

        return shown;
    }

    private static JsonNode OnPaths(PolicyRule rule) =>
        new JsonObject { ["verbs"] = ReviewRequest.Words(rule.Verbs), ["nonResourceURLs"] = ReviewRequest.Words(rule.NonResourceUrls) };
}
