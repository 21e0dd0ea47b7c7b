using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Reviews;

/// <summary>Finds who answers a question about authentication or authorization.</summary>
internal static class ReviewRouter
{
    private const string Authentication = "authentication.k8s.io";
    private const string Authorization = "authorization.k8s.io";

    /// <summary>True when a POST of this target asks instead of writing.</summary>
    public static bool Answers(RequestTarget target) => target.Group is Authentication or Authorization
        || target is { Group: "", Resource: "serviceaccounts", Subresource: "token" };

    /// <summary>Answers the question.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var target = request.Target;
        var kind = target.Subresource.Length > 0 ? request.Kind.Subresource(target.Subresource)!.Response : request.Kind.GroupVersionKind;
        if (await ReviewRequest.ReadAsync(gateway, request, kind) is not { } review)
        {
            return;
        }

        await (target.Resource switch
        {
            "subjectaccessreviews" => AccessReviews.OfSubjectAsync(review),
            "localsubjectaccessreviews" => AccessReviews.OfSubjectInNamespaceAsync(review),
            "selfsubjectaccessreviews" => AccessReviews.OfSelfAsync(review),
            "selfsubjectrulesreviews" => RulesReviews.AnswerAsync(review),
            "tokenreviews" => TokenReviews.AnswerAsync(review),
            "selfsubjectreviews" => SelfReviews.AnswerAsync(review),
            _ => TokenRequests.AnswerAsync(review),
        });
    }
}
