using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.AdmissionRegistration;

/// <summary>What ValidatingAdmissionPolicies and MutatingAdmissionPolicies add to the common write path.</summary>
/// <remarks>Upstream: SetDefaults_ValidatingAdmissionPolicySpec and validateValidatingAdmissionPolicySpec.</remarks>
internal sealed class AdmissionPolicyStrategy(string resource) : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("admissionregistration.k8s.io", resource);

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.DefaultText("failurePolicy", "Fail");
        if (spec.Object("matchConstraints") is { } match)
        {
            AdmissionRules.DefaultMatch(match);
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        faults.OneOf("spec.failurePolicy", spec.Text("failurePolicy"), EnumTypes.FailurePolicyType);
        if (spec.Object("paramKind") is { } kind)
        {
            foreach (var field in ((string[])["apiVersion", "kind"]).Where(field => kind.Text(field).Length == 0))
            {
                faults.Required("spec.paramKind." + field);
            }
        }

        if (spec.Object("matchConstraints") is { } match)
        {
            AdmissionRules.ValidateMatch(match, needsRules: true, "spec.matchConstraints", faults);
        }
        else
        {
            faults.Required("spec.matchConstraints");
        }

        if (resource == "validatingadmissionpolicies")
        {
            ValidateValidations(spec, faults);
        }

        ExpressionValidation.OfPolicy(spec, mutates: resource == "mutatingadmissionpolicies", faults);
        return faults;
    }

    private static void ValidateValidations(JsonObject? spec, Faults faults)
    {
        var validations = spec.Items("validations").ToList();
        if (validations.Count == 0 && spec.Array("auditAnnotations") is not { Count: > 0 })
        {
            faults.Required("spec.validations", "validations or auditAnnotations must contain at least one item");
            faults.Required("spec.auditAnnotations", "validations or auditAnnotations must contain at least one item");
        }

        for (var i = 0; i < validations.Count; i++)
        {
            var at = $"spec.validations[{i}]";
            if (validations[i].Text("expression").Trim().Length == 0)
            {
                faults.Required(at + ".expression", "expression is not specified");
            }

            if (validations[i].Text("message") is { Length: > 0 } message && message.Trim().Length == 0)
            {
                faults.Invalid(at + ".message", message, "message must be non-empty if specified");
            }

            faults.OneOfIfSet(at + ".reason", validations[i].Text("reason"), "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized");
        }
    }
}
