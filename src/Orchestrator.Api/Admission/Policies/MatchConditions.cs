using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Cel;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Evaluates the conditions beyond rules and selectors under which a webhook or policy is concerned.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/webhook/matchconditions/matcher.go: one that is false decides, whatever others fail with.</remarks>
internal static class MatchConditions
{
    /// <summary>Whether all conditions hold.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="scope">What they can see.</param>
    /// <param name="activation">The values.</param>
    /// <param name="fault">Why that cannot be said.</param>
    public static bool Hold(IEnumerable<JsonObject> conditions, ExpressionScope scope, CelActivation activation, out string? fault)
    {
        var faults = new List<string>();
        var budget = new CostBudget(PolicyExpressions.ConditionBudget);
        foreach (var condition in conditions)
        {
            var expression = condition.Text("expression");
            var compilation = PolicyExpressions.Compile(scope, expression);
            if (compilation.Program is not { } program)
            {
                faults.Add($"compilation error: compilation failed: {compilation.Message}");
                continue;
            }

            var result = budget.Evaluate(program, activation);
            if (budget.IsSpent)
            {
                fault = CostBudget.Spent;
                return false;
            }

            if (result.Failure is { } failure)
            {
                faults.Add($"expression '{expression}' resulted in error: {failure.Message}");
            }
            else if (!result.IsTrue)
            {
                fault = null;
                return false;
            }
        }

        fault = faults.Count switch { 0 => null, 1 => faults[0], _ => $"[{string.Join(", ", faults.Distinct(StringComparer.Ordinal))}]" };
        return fault is null;
    }
}
