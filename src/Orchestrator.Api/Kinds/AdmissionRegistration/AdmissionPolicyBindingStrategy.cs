using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.AdmissionRegistration;

/// <summary>What the bindings of admission policies add to the common write path.</summary>
/// <remarks>Upstream: validateValidatingAdmissionPolicyBindingSpec.</remarks>
internal sealed class AdmissionPolicyBindingStrategy(string resource) : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("admissionregistration.k8s.io", resource);

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        if (obj.Object("spec").Object("matchResources") is { } match)
        {
            AdmissionRules.DefaultMatch(match);
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        var policy = spec.Text("policyName");
        if (policy.Length == 0)
        {
            faults.Required("spec.policyName");
        }
        else
        {
            faults.Invalid("spec.policyName", policy, ObjectNames.DnsSubdomainErrors(policy));
        }

        if (spec.Object("paramRef") is { } reference)
        {
            ValidateParameters(reference, faults);
        }

        if (spec.Object("matchResources") is { } match)
        {
            AdmissionRules.ValidateMatch(match, needsRules: false, "spec.matchResources", faults);
        }

        if (resource == "validatingadmissionpolicybindings")
        {
            ValidateActions(spec, faults);
        }

        return faults;
    }

    private static void ValidateParameters(JsonObject reference, Faults faults)
    {
        var (hasName, hasSelector) = (reference.Text("name").Length > 0, reference.Has("selector"));
        if (hasName && hasSelector)
        {
            faults.Forbidden("spec.paramRef.name", "name and selector are mutually exclusive");
        }
        else if (!hasName && !hasSelector)
        {
            faults.Required("spec.paramRef", "one of name or selector must be specified");
        }

        if (reference.Text("parameterNotFoundAction").Length == 0)
        {
            faults.Required("spec.paramRef.parameterNotFoundAction");
        }
        else
        {
            faults.OneOfIfSet("spec.paramRef.parameterNotFoundAction", reference.Text("parameterNotFoundAction"), "Deny", "Allow");
        }
    }

    private static void ValidateActions(JsonObject? spec, Faults faults)
    {
        var actions = spec.Texts("validationActions").ToList();
        if (actions.Count == 0)
        {
            faults.Required("spec.validationActions", "at least one validation action is required");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < actions.Count; i++)
        {
            faults.OneOfIfSet($"spec.validationActions[{i}]", actions[i], EnumTypes.ValidationAction);
            if (!seen.Add(actions[i]))
            {
                faults.Duplicate($"spec.validationActions[{i}]", actions[i]);
            }
        }

        if (seen.Contains("Deny") && seen.Contains("Warn"))
        {
            faults.Invalid("spec.validationActions", spec.Array("validationActions"), "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)");
        }
    }
}
