using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Api.Kinds.CustomResourceDefinitions;
using Orchestrator.Api.Machinery;
using Orchestrator.Cel;
using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Json;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>Runs the rules of one place on one value.</summary>
/// <remarks>Upstream: validateExpressions in apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.</remarks>
internal static class RuleEvaluation
{
    /// <summary>A message that is longer is not used. Upstream: MaxEvaluatedMessageExpressionSizeBytes.</summary>
    private const int LongestMessage = 5 * 1024;

    private const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    public static void Evaluate(
        IReadOnlyList<CompiledRule> rules, StructuralSchema schema, CelSchema shape, JsonNode value, string path, Earlier earlier, bool tolerates, RuleRun run)
    {
        var place = path.Length == 0 ? "<nil>" : path;
        if (run.IsSpent)
        {
            run.End(FieldError.Invalid(place, schema.Type, OutOfBudget));
            return;
        }

        var self = JsonCel.ToValue(value, shape);
        var oldSelf = earlier is { IsKnown: true, Value: not null } ? JsonCel.ToValue(earlier.Value, shape) : null;
        foreach (var rule in rules)
        {
            if (rule.Fault is { } fault)
            {
                run.Faults.Add(FieldError.Invalid(place, schema.Type, "rule compile error: " + fault));
                continue;
            }

            // A rule about a change needs something to compare with, or says that it does not.
            var isOptional = rule.Source.OptionalOldSelf == true;
            if (rule.Program is not { } program || (rule.UsesOldSelf && oldSelf is null && !isOptional))
            {
                continue;
            }

            var result = program.Evaluate(Variables(self, oldSelf, isOptional), CelCosts.PerCallLimit);
            if (!run.TrySpend(result.Cost))
            {
                run.End(FieldError.Invalid(place, schema.Type, OutOfBudget));
                return;
            }

            if (result.Failure is { } failure)
            {
                var error = FieldError.Invalid(place, schema.Type, Sentence(failure, rule));
                if (failure.Kind == CelFailureKind.CostLimitExceeded)
                {
                    run.End(error);
                    return;
                }

                run.Faults.Add(error);
            }
            else if (!result.IsTrue)
            {
                Report(rule, schema, value, path, Variables(self, oldSelf, isOptional), tolerates && !rule.UsesOldSelf, run);
                if (run.IsOver)
                {
                    return;
                }
            }
        }
    }

    private static CelActivation Variables(CelValue self, CelValue? oldSelf, bool isOptional)
    {
        var variables = new CelActivation().Set("self", self);
        return isOptional ? variables.Set("oldSelf", oldSelf is null ? CelOptional.None : CelOptional.Of(oldSelf))
            : oldSelf is null ? variables
            : variables.Set("oldSelf", oldSelf);
    }

    private static string Sentence(CelFailure failure, CompiledRule rule) => failure switch
    {
        { Kind: CelFailureKind.CostLimitExceeded } => $"'{failure.Message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Name}",
        _ when failure.Message.StartsWith("no such overload", StringComparison.Ordinal) =>
            $"'{failure.Message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Name}",
        _ => $"{failure.Message} evaluating rule: {rule.Name}",
    };

    private static void Report(CompiledRule rule, StructuralSchema schema, JsonNode value, string path, CelActivation variables, bool isTolerated, RuleRun run)
    {
        var place = rule.Source.FieldPath.Length > 0 ? FieldPaths.Join(path, rule.Source.FieldPath) : path.Length == 0 ? "<nil>" : path;
        var message = rule.Message is null ? null : Message(rule, variables, place, schema, run);
        if (run.IsOver || isTolerated)
        {
            return;
        }

        var detail = message ?? (rule.Source.Message.Length > 0 ? rule.Source.Message.Trim() : "failed rule: " + rule.Name);
        var shown = schema.Type is "object" or "array" ? FieldError.OmitValue : value.DeepClone();
        run.Faults.Add(rule.Source.Reason switch
        {
            "FieldValueForbidden" => FieldError.Forbidden(place, detail),
            "FieldValueRequired" => FieldError.Required(place, detail),
            "FieldValueDuplicate" => FieldError.Duplicate(place, shown),
            _ => FieldError.Invalid(place, shown, detail),
        });
    }

    /// <summary>The message that an expression makes; null when it makes none that can be used.</summary>
    private static string? Message(CompiledRule rule, CelActivation variables, string place, StructuralSchema schema, RuleRun run)
    {
        var result = rule.Message!.Evaluate(variables, CelCosts.PerCallLimit);
        if (!run.TrySpend(result.Cost))
        {
            run.End(FieldError.Invalid(place, schema.Type, "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run"));
            return null;
        }

        if (result.Failure is { Kind: CelFailureKind.CostLimitExceeded })
        {
            run.End(FieldError.Invalid(place, schema.Type,
                "no further validation rules will be run due to call cost exceeds limit for messageExpression: " + GoText.Quote(rule.Source.MessageExpression)));
            return null;
        }

        var text = (result.Value as CelString)?.Value.Trim();
        return text is { Length: > 0 and <= LongestMessage } && !text.Contains('\n', StringComparison.Ordinal) ? text : null;
    }
}
