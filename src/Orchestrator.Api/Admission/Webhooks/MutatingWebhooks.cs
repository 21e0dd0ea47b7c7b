using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Patching;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>Lets webhooks change the object, one after another, each on what the one before made of it.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/webhook/mutating/dispatcher.go.</remarks>
internal sealed class MutatingWebhooks : IAdmissionPlugin
{
    private static readonly GroupResource Configurations = new("admissionregistration.k8s.io", "mutatingwebhookconfigurations");

    /// <inheritdoc />
    public string Name => "MutatingAdmissionWebhook";

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (ResourceRules.IsExempt(attributes))
        {
            return null;
        }

        var hooks = Webhook.All(attributes.At.View, Configurations).ToList();
        if (hooks.Count > 0)
        {
            attributes.Reinvocation.Arrive(attributes.Object);
        }

        foreach (var hook in hooks)
        {
            if (!attributes.Reinvocation.Calls(hook.Identity) || WebhookQuestion.About(hook, attributes, out var refused) is not { } question)
            {
                continue;
            }

            if (refused is not null)
            {
                return refused;
            }

            if (attributes.At.Answers.Find(question.Call) is not { } reply)
            {
                // The rest depends on the answer.
                attributes.Asks.Add(question.Call);
                return null;
            }

            var verdict = WebhookVerdict.Read(hook.Name, reply, mutates: true, question.Call.Version);
            if (Apply(attributes, hook, question, verdict) is { } status)
            {
                return status;
            }
        }

        return null;
    }

    private static ApiStatus? Apply(AdmissionAttributes attributes, Webhook hook, WebhookQuestion question, WebhookVerdict verdict)
    {
        foreach (var warning in verdict.Warnings)
        {
            attributes.Warnings.Add(warning);
        }

        if (verdict.Fault is { } fault)
        {
            attributes.Reinvocation.Called(hook.Identity, hook.IsReinvocable, isChanged: false, attributes.Object);
            return hook.FailsOpen ? null : WebhookVerdict.FailedClosed(hook.Name, fault);
        }

        if (verdict.Refusal is not null)
        {
            return verdict.Refusal;
        }

        var isChanged = false;
        if (!verdict.Patch.IsEmpty)
        {
            if (attributes.Object is null)
            {
                return Statuses.InternalError($"admission webhook {GoText.Quote(hook.Name)} attempted to modify the object, which is not supported for this operation");
            }

            var patched = JsonPatch.Apply(AdmissionRequests.Present(attributes.Object, question.Kind, attributes), verdict.Patch, null);
            if (patched.Failure is { } failure)
            {
                return Statuses.InternalError(failure.Message);
            }

            var before = attributes.Object.DeepClone();
            if (attributes.TakeOver(patched.Result, question.Kind) is { } unreadable)
            {
                return unreadable;
            }

            isChanged = !System.Text.Json.Nodes.JsonNode.DeepEquals(before, attributes.Object);
        }

        attributes.Reinvocation.Called(hook.Identity, hook.IsReinvocable, isChanged, attributes.Object);
        return null;
    }
}
