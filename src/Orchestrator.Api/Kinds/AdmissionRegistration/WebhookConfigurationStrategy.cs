using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.AdmissionRegistration;

/// <summary>What the configurations of validating and mutating webhooks add to the common write path.</summary>
/// <remarks>Upstream: pkg/apis/admissionregistration v1 defaults and validateValidatingWebhook, validateMutatingWebhook.</remarks>
internal sealed class WebhookConfigurationStrategy(string resource) : KindStrategy
{
    private const int LongestTimeout = 30;

    /// <inheritdoc />
    public override GroupResource Resource => new("admissionregistration.k8s.io", resource);

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        foreach (var hook in obj.Items("webhooks"))
        {
            hook.DefaultText("failurePolicy", "Fail");
            hook.DefaultText("matchPolicy", "Equivalent");
            hook.Ensure("namespaceSelector");
            hook.Ensure("objectSelector");
            hook.DefaultInteger("timeoutSeconds", 10);
            if (resource == "mutatingwebhookconfigurations")
            {
                hook.DefaultText("reinvocationPolicy", "Never");
            }

            hook.Object("clientConfig").Object("service")?.DefaultInteger("port", 443);
            foreach (var rule in hook.Items("rules"))
            {
                rule.DefaultText("scope", "*");
            }
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var hooks = obj.Items("webhooks").ToList();
        for (var i = 0; i < hooks.Count; i++)
        {
            WebhookValidation.Validate(hooks[i], $"webhooks[{i}]", LongestTimeout, faults);
            if (hooks[i].Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                faults.Duplicate($"webhooks[{i}].name", name);
            }
        }

        return faults;
    }
}
