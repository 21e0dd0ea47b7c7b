using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Cel;
using Orchestrator.Cel.Values;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Lets the policies of the cluster judge the final object.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/policy/validating (dispatcher.go, validator.go). Audit annotations are evaluated by nobody:
/// there is no audit log that they could stand in.</remarks>
internal sealed class ValidatingPolicies : IAdmissionPlugin
{
    /// <summary>Bytes of what a messageExpression makes; a longer one is not used. Upstream's bound.</summary>
    private const int MaxMessageBytes = 5 * 1024;

    private static readonly GroupResource Policies = new("admissionregistration.k8s.io", "validatingadmissionpolicies");
    private static readonly GroupResource Bindings = new("admissionregistration.k8s.io", "validatingadmissionpolicybindings");

    /// <inheritdoc />
    public string Name => "ValidatingAdmissionPolicy";

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (ResourceRules.IsExempt(attributes))
        {
            return null;
        }

        ApiStatus? denied = null;
        foreach (var (policy, binding, spec, kind) in AdmissionPolicy.Concerning(attributes, Policies, Bindings))
        {
            var parameters = PolicyParameters.Collect(policy, spec, attributes, out var fault);
            if (fault is not null && !policy.FailsOpen)
            {
                denied ??= Deny(attributes, policy, binding, new Finding($"failed to configure binding: {fault}", ""));
            }

            foreach (var parameter in parameters)
            {
                foreach (var finding in Judge(policy, attributes, kind, parameter))
                {
                    if (spec.Texts("validationActions").Contains("Warn", StringComparer.Ordinal))
                    {
                        attributes.Warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding}': {finding.Message}");
                    }

                    if (spec.Texts("validationActions").Contains("Deny", StringComparer.Ordinal))
                    {
                        denied ??= Deny(attributes, policy, binding, finding);
                    }
                }
            }
        }

        return denied;
    }

    private static IEnumerable<Finding> Judge(AdmissionPolicy policy, AdmissionAttributes attributes, Registry.ResourceKind kind, JsonObject? parameter)
    {
        var budget = new CostBudget(PolicyExpressions.Budget);
        var values = policy.Values(attributes, kind, parameter, budget);
        if (!MatchConditions.Hold(policy.Spec.Items("matchConditions"), policy.Conditions, values, out var fault))
        {
            return fault is null || policy.FailsOpen ? [] : [new Finding(fault, "")];
        }

        return policy.Spec.Items("validations").Select(validation => Judge(policy, validation, values, budget)).OfType<Finding>();
    }

    private static Finding? Judge(AdmissionPolicy policy, JsonObject validation, CelActivation values, CostBudget budget)
    {
        var expression = validation.Text("expression");
        var compilation = PolicyExpressions.Compile(policy.Scope, expression);
        if (policy.Fault is not null || compilation.Program is null)
        {
            var issue = policy.Fault ?? compilation.Message;
            return policy.FailsOpen ? null : new Finding($"expression '{expression}' resulted in error: compilation error: compilation failed: {issue}", "");
        }

        var result = budget.Evaluate(compilation.Program, values);
        if (result.Failure is { } failure)
        {
            return policy.FailsOpen ? null : new Finding($"expression '{expression}' resulted in error: {failure.Message}", "");
        }

        return result.IsTrue ? null : new Finding(Message(policy, validation, values, budget), validation.Text("reason"));
    }

    private static string Message(AdmissionPolicy policy, JsonObject validation, CelActivation values, CostBudget budget)
    {
        var said = validation.Text("message").Trim();
        if (validation.Text("messageExpression") is { Length: > 0 } expression
            && PolicyExpressions.Compile(policy.Scope, expression).Program is { } program
            && budget.Evaluate(program, values).Value is CelString made
            && made.Value.Trim() is { Length: > 0 } text
            && System.Text.Encoding.UTF8.GetByteCount(text) <= MaxMessageBytes
            && !text.Contains('\n', StringComparison.Ordinal))
        {
            return text;
        }

        return said.Length > 0 ? said : "failed expression: " + validation.Text("expression").Trim();
    }

    private static ApiStatus Deny(AdmissionAttributes attributes, AdmissionPolicy policy, string binding, Finding finding)
    {
        var message = $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding}' denied request: {finding.Message}";
        var reason = finding.Reason.Length == 0 ? "Invalid" : finding.Reason;
        return attributes.Forbid(message) with
        {
            Code = reason switch { "Unauthorized" => 401, "Forbidden" => 403, "RequestEntityTooLarge" => 413, _ => 422 },
            Reason = reason,
            Causes = [new StatusCause("", message, null)],
        };
    }

    private sealed record Finding(string Message, string Reason);
}
