using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;

namespace Orchestrator.Gateway.Reviews;

/// <summary>Who am I? SelfSubjectReview.</summary>
/// <remarks>Upstream: pkg/registry/authentication/selfsubjectreview.</remarks>
internal static class SelfReviews
{
    /// <summary>Answers with the user.</summary>
    public static Task AnswerAsync(ReviewRequest review)
    {
        review.Object.Remove("spec");
        review.Object["metadata"] = new JsonObject { ["creationTimestamp"] = ObjectFields.Time(review.Request.ReceivedAt) };
        review.Object["status"] = new JsonObject { ["userInfo"] = ReviewRequest.Describe(review.Request.User) };
        return Answers.AnswerWriter.WriteAsync(review.Request.Http, 201, review.Object, review.Request.Form);
    }
}
