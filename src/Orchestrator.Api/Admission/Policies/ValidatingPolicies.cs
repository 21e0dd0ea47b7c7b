using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Matching;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Cel;
using Orchestrator.Cel.Values;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Lets the policies of the cluster judge the final object.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/policy/validating (dispatcher.go, validator.go). What audit annotations
/// say is not kept: there is no audit log that they could stand in.</remarks>
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
        foreach (var concern in AdmissionPolicy.Concerning(attributes, Policies, Bindings))
        {
            if (concern.Fault is { } fault)
            {
                denied ??= concern.Policy.FailsOpen ? null : Deny(attributes, concern, new Finding(fault));
                continue;
            }

            var actions = concern.BindingSpec.Texts("validationActions").ToList();
            foreach (var finding in concern.Parameters.SelectMany(parameter => Judge(concern.Policy, attributes, concern.Kind, parameter)))
            {
                if (actions.Contains("Warn") && !finding.IsOfAudit)
                {
                    attributes.Warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{concern.Policy.Name}' with binding '{concern.Binding}': {finding.Message}");
                }

                if (actions.Contains("Deny") || finding.IsOfAudit)
                {
                    denied ??= Deny(attributes, concern, finding);
                }
            }
        }

        return denied;
    }

    private static List<Finding> Judge(AdmissionPolicy policy, AdmissionAttributes attributes, ResourceKind kind, JsonObject? parameter)
    {
        var budget = new CostBudget(PolicyExpressions.Budget);
        var values = policy.Values(attributes, kind, parameter, budget);
        if (!MatchConditions.Hold(policy.Spec.Items("matchConditions"), policy.Conditions, values, out var fault))
        {
            return fault is null || policy.FailsOpen ? [] : [new Finding(fault)];
        }

        var findings = new List<Finding>();
        foreach (var validation in policy.Spec.Items("validations"))
        {
            var finding = Judge(policy, validation, values, budget);
            if (budget.IsSpent)
            {
                return policy.FailsOpen ? [] : [new Finding(CostBudget.Spent)];
            }

            if (finding is not null)
            {
                findings.Add(finding);
            }
        }

        findings.AddRange(OfAudit(policy, attributes, kind, parameter));
        return findings;
    }

    private static Finding? Judge(AdmissionPolicy policy, JsonObject validation, CelActivation values, CostBudget budget)
    {
        var fault = Evaluate(policy, validation.Text("expression"), values, budget, out var value);
        if (fault is not null)
        {
            return policy.FailsOpen ? null : new Finding(fault);
        }

        return value is CelBool { Value: true } ? null : new Finding(Message(policy, validation, values, budget)) { Reason = validation.Text("reason") };
    }

    /// <summary>Audit annotations go nowhere, but one that cannot be made refuses the request all the same, unless the policy fails open.</summary>
    private static IEnumerable<Finding> OfAudit(AdmissionPolicy policy, AdmissionAttributes attributes, ResourceKind kind, JsonObject? parameter)
    {
        if (policy.FailsOpen || policy.Spec.Array("auditAnnotations") is not { Count: > 0 })
        {
            yield break;
        }

        var budget = new CostBudget(PolicyExpressions.Budget);
        var values = policy.Values(attributes, kind, parameter, budget);
        foreach (var annotation in policy.Spec.Items("auditAnnotations"))
        {
            var expression = annotation.Text("valueExpression");
            var fault = Evaluate(policy, expression, values, budget, out var value);
            if (fault is null && value is not (CelString or CelNull))
            {
                fault = $"valueExpression '{expression}' resulted in unsupported return type: {value?.Type}. Return type must be either string or null.";
            }

            if (fault is not null)
            {
                yield return new Finding(fault) { IsOfAudit = true };
            }
        }
    }

    /// <summary>Evaluates an expression.</summary>
    /// <returns>Why that failed, or null.</returns>
    private static string? Evaluate(AdmissionPolicy policy, string expression, CelActivation values, CostBudget budget, out CelValue? value)
    {
        value = null;
        var compilation = PolicyExpressions.Compile(policy.Scope, expression);
        if (policy.Fault is not null || compilation.Program is null)
        {
            return "compilation error: compilation failed: " + (policy.Fault ?? compilation.Message);
        }

        var result = budget.Evaluate(compilation.Program, values);
        value = result.Value;
        return result.Failure is { } failure ? $"expression '{expression}' resulted in error: {failure.Message}" : null;
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

    private static ApiStatus Deny(AdmissionAttributes attributes, PolicyConcern concern, Finding finding)
    {
        var message = "ValidatingAdmissionPolicy " + concern.Denial(finding.Message);
        var reason = finding.Reason.Length == 0 ? "Invalid" : finding.Reason;
        return attributes.Forbid(message) with
        {
            Code = reason switch { "Unauthorized" => 401, "Forbidden" => 403, "RequestEntityTooLarge" => 413, _ => 422 },
            Reason = reason,
            Causes = [new StatusCause("", message, null)],
        };
    }

    private sealed record Finding(string Message)
    {
        /// <summary>The reason of the refusal; empty: Invalid.</summary>
        public string Reason { get; init; } = "";

        /// <summary>True: of an audit annotation, which refuses whatever the binding's actions are.</summary>
        public bool IsOfAudit { get; init; }
    }
}
