using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>Whether a definition may use a group of the Kubernetes community: it must name the review that approved it, or say that none did.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apihelpers/helpers.go.</remarks>
/// <param name="State">What the annotation says.</param>
/// <param name="Message">The sentence.</param>
public sealed record ApiApproval(ApprovalState State, string Message)
{
    /// <summary>The annotation.</summary>
    public const string Annotation = "api-approved.kubernetes.io";

    private const string PullRequest = "see https://github.com/kubernetes/enhancements/pull/1111";

    /// <summary>True when a review approved it.</summary>
    public bool IsApproved => State == ApprovalState.Approved;

    /// <summary>The reason of the condition.</summary>
    public string ConditionReason => State switch
    {
        ApprovalState.Approved => "ApprovedAnnotation",
        ApprovalState.Bypassed => "UnapprovedAnnotation",
        ApprovalState.Invalid => "InvalidAnnotation",
        _ => "MissingAnnotation",
    };

    /// <summary>True for the groups that need approval.</summary>
    public static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io" || group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    /// <summary>Reads the annotations of a definition.</summary>
    public static ApiApproval Of(JsonObject? annotations)
    {
        var given = annotations?[Annotation] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        if (given.Length == 0)
        {
            return new ApiApproval(ApprovalState.Missing, $"protected groups must have approval annotation \"{Annotation}\", {PullRequest}");
        }

        if (given.StartsWith("unapproved", StringComparison.Ordinal))
        {
            return new ApiApproval(ApprovalState.Bypassed, "not approved: " + GoText.Quote(given));
        }

        return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Host.Length > 0
            ? new ApiApproval(ApprovalState.Approved, "approved in " + given)
            : new ApiApproval(ApprovalState.Invalid, $"protected groups must have approval annotation \"{Annotation}\" with either a URL or a reason starting with \"unapproved\", {PullRequest}");
    }
}

/// <summary>What the annotation of approval says.</summary>
public enum ApprovalState
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>Neither an address nor that there is no approval.</summary>
    Invalid,

    /// <summary>That there is no approval.</summary>
    Bypassed,

    /// <summary>Where the approval can be read.</summary>
    Approved,
}
