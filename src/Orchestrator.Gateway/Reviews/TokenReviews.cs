using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Authentication;

namespace Orchestrator.Gateway.Reviews;

/// <summary>Whose token is this? TokenReview.</summary>
/// <remarks>Upstream: pkg/registry/authentication/tokenreview.</remarks>
internal static class TokenReviews
{
    /// <summary>Answers with the token's user, or that it is not good.</summary>
    public static async Task AnswerAsync(ReviewRequest review)
    {
        var token = (string?)review.Spec["token"] ?? "";
        if (token.Length == 0)
        {
            await review.FailAsync(Statuses.BadRequest("token is required for TokenReview in authentication"));
            return;
        }

        string[] asked = [.. (review.Spec["audiences"] as JsonArray ?? []).Select(audience => (string?)audience ?? "")];
        var verified = await review.Gateway.Authenticator.FromTokenAsync(token, asked.Length > 0 ? asked : [TokenIssuer.Issuer], review.Request.Aborted);
        review.RecordOwner();
        await review.AnswerAsync(verified is null
            ? new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" }
            : new JsonObject
            {
                ["authenticated"] = true,
                ["user"] = ReviewRequest.Describe(verified.User.Authenticated()),
                ["audiences"] = ReviewRequest.Words(verified.Audiences),
            });
    }
}
