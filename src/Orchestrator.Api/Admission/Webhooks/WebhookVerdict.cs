using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;

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
    /// <param name="version">The version of the review that was sent.</param>
    public static WebhookVerdict Read(string hook, WebhookReply reply, bool mutates, string version = "v1")
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
            return new WebhookVerdict { Fault = "failed to call webhook: couldn't get version/kind; json parse error: " + GoSyntaxErrors.Describe(broken, reply.Body.Span) };
        }

        return FaultOf(review, reply.Uid, mutates, version) is { } invalid
            ? new WebhookVerdict { Fault = "received invalid webhook response: " + invalid }
            : Of(hook, review.Object("response")!, mutates);
    }

    private static WebhookVerdict Of(string hook, JsonObject response, bool mutates)
    {
        var verdict = new WebhookVerdict
        {
            Refusal = response.Flag("allowed") ? null : Refuse(hook, response.Object("status")),
            Warnings = [.. response.Texts("warnings")],
        };
        var patch = mutates && verdict.Refusal is null ? Patched(response) : default;
        if (patch.IsEmpty)
        {
            return verdict;
        }

        return PatchFault(patch, response.Text("patchType"), out var isEmpty) is { } fault ? verdict with { Fault = fault } : isEmpty ? verdict : verdict with { Patch = patch };
    }

    /// <summary>What is wrong with the form of a patch; whether it says anything.</summary>
    private static string? PatchFault(ReadOnlyMemory<byte> patch, string type, out bool isEmpty)
    {
        isEmpty = false;
        const string Undecodable = "received undecodable patch in webhook response: ";
        if (PatchDocument.Read(patch, out var document) is { } fault)
        {
            return Undecodable + fault;
        }

        if (document is not (JsonArray or null))
        {
            return $"{Undecodable}json: cannot unmarshal {PatchDocument.TypeName(document)} into Go value of type jsonpatch.Patch";
        }

        isEmpty = document is not JsonArray { Count: > 0 };

        // An older review says nothing of the type.
        return isEmpty || type is "JSONPatch" or "" ? null : $"unsupported patch type {GoText.Quote(type)}";
    }

    private static string? FaultOf(JsonObject? review, string uid, bool mutates, string version)
    {
        if (review.Object("response") is not { } response)
        {
            return "webhook response was absent";
        }

        if (version != "v1")
        {
            // Neither kind nor uid were checked in v1beta1.
            return null;
        }

        if (response.Text("uid") != uid)
        {
            return $"expected response.uid={GoText.Quote(uid)}, got {GoText.Quote(response.Text("uid"))}";
        }

        if (review.Text("apiVersion") != "admission.k8s.io/v1" || review.Text("kind") != "AdmissionReview")
        {
            var got = review.Text("apiVersion");
            return $"expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got {(got.Contains('/', StringComparison.Ordinal) ? got : "/" + got)}, Kind={review.Text("kind")}";
        }

        var (hasPatch, hasType) = (response.Text("patch").Length > 0, response.Has("patchType"));
        return (mutates, hasPatch, hasType) switch
        {
            (true, true, false) => "webhook returned response.patch but not response.patchType",
            (true, false, true) => "webhook returned response.patchType but not response.patch",
            (true, _, true) when response.Text("patchType").Length == 0 =>
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
