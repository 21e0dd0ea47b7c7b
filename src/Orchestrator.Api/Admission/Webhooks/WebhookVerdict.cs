using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>What a webhook decided.</summary>
/// <remarks>Upstream: VerifyAdmissionResponse (webhook/request/admissionreview.go) and ToStatusErr (webhook/errors/statuserror.go).</remarks>
internal sealed record WebhookVerdict
{
    /// <summary>What a webhook says twice it does not say clearly.</summary>
    private static readonly JsonDocumentOptions Strictly = new() { AllowDuplicateProperties = false };

    /// <summary>Why the webhook could not be asked, or what is wrong with its answer; null when there is a verdict.</summary>
    public string? Fault { get; init; }

    /// <summary>The refusal; null when the request may go on.</summary>
    public ApiStatus? Refusal { get; init; }

    /// <summary>The changes, in RFC 6902; empty: none.</summary>
    public ReadOnlyMemory<byte> Patch { get; init; }

    /// <summary>Remarks for the caller.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The failure of a request whose webhook fails closed.</summary>
    public static ApiStatus FailedClosed(string hook, string fault) => Statuses.InternalError($"failed calling webhook {GoText.Quote(hook)}: {fault}");

    /// <summary>The failure of a dry run that a webhook cannot take part in.</summary>
    public static ApiStatus NoDryRun(string hook) => Statuses.BadRequest($"admission webhook {GoText.Quote(hook)} does not support dry run");

    /// <summary>Reads a reply.</summary>
    /// <param name="hook">The webhook's name.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="mutates">Whether it may change the object.</param>
    public static WebhookVerdict Read(string hook, WebhookReply reply, bool mutates)
    {
        if (reply.Fault is { } fault)
        {
            return new WebhookVerdict { Fault = "failed to call webhook: " + fault };
        }

        JsonObject? review;
        try
        {
            review = JsonNode.Parse(reply.Body.Span, nodeOptions: null, Strictly) as JsonObject;
        }
        catch (JsonException broken)
        {
            return new WebhookVerdict { Fault = "failed to call webhook: the response is not JSON: " + broken.Message };
        }

        return FaultOf(review, reply.Uid, mutates) is { } invalid
            ? new WebhookVerdict { Fault = "received invalid webhook response: " + invalid }
            : Of(hook, review.Object("response")!);
    }

    private static WebhookVerdict Of(string hook, JsonObject response) => new()
    {
        Refusal = response.Flag("allowed") ? null : Refuse(hook, response.Object("status")),
        Patch = Patched(response),
        Warnings = [.. response.Texts("warnings")],
    };

    private static string? FaultOf(JsonObject? review, string uid, bool mutates)
    {
        if (review.Object("response") is not { } response)
        {
            return "webhook response was absent";
        }

        if (response.Text("uid") != uid)
        {
            return $"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(response.Text("uid"))}";
        }

        if (review.Text("apiVersion") != "admission.k8s.io/v1" || review.Text("kind") != "AdmissionReview")
        {
            return $"expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got {review.Text("apiVersion")}, Kind={review.Text("kind")}";
        }

        var (hasPatch, hasType) = (response.Text("patch").Length > 0, response.Has("patchType"));
        return (mutates, hasPatch, hasType) switch
        {
            (true, true, false) => "webhook returned response.patch but not response.patchType",
            (true, false, true) => "webhook returned response.patchType but not response.patch",
            (true, true, true) when response.Text("patchType") != "JSONPatch" =>
                $"webhook returned invalid response.patchType of {GoText.Quote(response.Text("patchType"))}",
            (true, true, _) when Patched(response).IsEmpty => "webhook returned a response.patch that is not base64",
            (false, true, _) => "validating webhook may not return response.patch",
            (false, _, true) => "validating webhook may not return response.patchType",
            _ => null,
        };
    }

    private static ReadOnlyMemory<byte> Patched(JsonObject response)
    {
        var text = response.Text("patch");
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes.AsMemory(0, length) : default;
    }

    /// <summary>The refusal with what the webhook says of it; its code is an error's in any case.</summary>
    private static ApiStatus Refuse(string hook, JsonObject? result)
    {
        var code = (int)Math.Clamp(result.Integer("code") ?? 0, 0, 999);
        var (message, reason) = (result.Text("message"), result.Text("reason"));
        var denied = $"admission webhook {GoText.Quote(hook)} denied the request";
        var details = result.Object("details");
        return new ApiStatus(
            code < 400 ? 400 : code,
            reason,
            message.Length > 0 ? $"{denied}: {message}" : reason.Length > 0 ? $"{denied}: {reason}" : denied + " without explanation")
        {
            Name = details.Text("name"),
            Group = details.Text("group"),
            Kind = details.Text("kind"),
            Uid = details.Text("uid"),
            Causes = [.. details.Items("causes").Select(cause => new StatusCause(cause.Text("reason"), cause.Text("message"), cause.Text("field")))],
            RetryAfterSeconds = (int)Math.Clamp(details.Integer("retryAfterSeconds") ?? 0, 0, int.MaxValue),
        };
    }
}
