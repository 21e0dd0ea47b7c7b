using Orchestrator.Api.Admission.Policies;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>A call, and the kind as which the request is told in it.</summary>
/// <param name="Call">The call.</param>
/// <param name="Kind">The kind.</param>
internal sealed record WebhookQuestion(WebhookCall Call, ResourceKind Kind)
{
    /// <summary>What a webhook is to be asked about a request; null when it is not concerned.</summary>
    /// <param name="hook">The webhook.</param>
    /// <param name="attributes">The request.</param>
    /// <param name="refused">The refusal of a request that concerns the webhook and cannot be put to it.</param>
    public static WebhookQuestion? About(Webhook hook, AdmissionAttributes attributes, out ApiStatus? refused)
    {
        refused = null;
        if (hook.Match(attributes) is not { } kind)
        {
            return null;
        }

        if (hook.Conditions.Any()
            && !MatchConditions.Hold(hook.Conditions, PolicyExpressions.OfWebhook, RequestValues.Of(attributes, kind), out var fault))
        {
            if (fault is null || hook.FailsOpen)
            {
                return null;
            }

            refused = attributes.Forbid(fault);
        }

        if (attributes.Options.DryRun && !hook.AllowsDryRun)
        {
            refused ??= WebhookVerdict.NoDryRun(hook.Name);
        }

        var request = AdmissionRequests.Describe(attributes, kind);
        if (hook.ReviewVersion is null)
        {
            // A fault of the call, so that the failure policy decides.
            const string Unknown = "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)";
            refused ??= hook.FailsOpen ? null : WebhookVerdict.FailedClosed(hook.Name, Unknown);
            return refused is null ? null : new WebhookQuestion(new WebhookCall(hook.Identity, hook.Target, ""), kind);
        }

        return new WebhookQuestion(new WebhookCall(hook.Identity, hook.Target, GoText.Json(request)) { Version = hook.ReviewVersion }, kind);
    }
}
