using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Asks webhooks, all at once, whether the final object may be.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/webhook/validating/dispatcher.go.</remarks>
internal sealed class ValidatingWebhooks : IAdmissionPlugin
{
    private static readonly GroupResource Configurations = new("admissionregistration.k8s.io", "validatingwebhookconfigurations");

    /// <inheritdoc />
    public string Name => "ValidatingAdmissionWebhook";

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (ResourceRules.IsExempt(attributes))
        {
            return null;
        }

        var questions = new List<(Webhook Hook, WebhookCall Call)>();
        foreach (var hook in Webhook.All(attributes.At.View, Configurations))
        {
            if (WebhookQuestion.About(hook, attributes, out var refused) is { } question)
            {
                if (refused is not null)
                {
                    return refused;
                }

                questions.Add((hook, question.Call));
            }
        }

        var open = questions.Select(question => question.Call).Where(call => attributes.At.Answers.Find(call) is null).ToList();
        if (open.Count > 0)
        {
            open.ForEach(attributes.Asks.Add);
            return null;
        }

        ApiStatus? first = null;
        foreach (var (hook, call) in questions)
        {
            var verdict = WebhookVerdict.Read(hook.Name, attributes.At.Answers.Find(call)!, mutates: false, call.Version);
            foreach (var warning in verdict.Warnings)
            {
                attributes.Warnings.Add(warning);
            }

            var failure = verdict.Fault is { } fault && !hook.FailsOpen ? WebhookVerdict.FailedClosed(hook.Name, fault) : null;
            first ??= failure ?? verdict.Refusal;
        }

        return first;
    }
}
