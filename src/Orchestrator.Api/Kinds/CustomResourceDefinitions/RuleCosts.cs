using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Rules;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;
using Orchestrator.Cel.Costs;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The expressions of x-kubernetes-validations: that they compile, and that they cannot cost more than a server will pay.</summary>
/// <remarks>Upstream: validation.go and cel_validation.go in apiextensions-apiserver/pkg/apis/apiextensions/validation.</remarks>
internal static class RuleCosts
{
    /// <summary>How many of the most expensive expressions are named when their sum is too high.</summary>
    private const int Named = 4;

    /// <summary>Validates the expressions of one place.</summary>
    public static void Validate(StructuralSchema schema, string path, bool isRoot, string? uncorrelatable, ulong? cardinality, SchemaFaults found)
    {
        if (RuleCompiler.For(schema, isRoot) is not { } compiler)
        {
            found.Rules.Add(FieldError.InternalError(path + ".x-kubernetes-validations", "internal error: failed to retrieve type information for x-kubernetes-validations"));
            return;
        }

        // Where nothing bounds how many values there are, as many are taken as fit into a request.
        var times = cardinality ?? (ulong)(CelCosts.LargestRequest / (compiler.Smallest + 1));
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-validations[{i}]");
            Validate(compiler.Compile(schema.Rules[i]), schema.Source["x-kubernetes-validations"]![i]!, at, uncorrelatable, times, found);
        }
    }

    /// <summary>Validates the sum over a schema.</summary>
    public static void ValidateTotal(string path, SchemaFaults found, Faults faults)
    {
        var total = found.Costs.Aggregate(0UL, (sum, cost) => sum > ulong.MaxValue - cost.Cost ? ulong.MaxValue : sum + cost.Cost);
        if (total <= CelCosts.EstimatedDefinitionLimit)
        {
            return;
        }

        foreach (var (expensive, _) in found.Costs.OrderByDescending(cost => cost.Cost).Take(Named))
        {
            faults.Forbidden(expensive, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema");
        }

        faults.Forbidden(path, Excess("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total, CelCosts.EstimatedDefinitionLimit));
    }

    private static void Validate(CompiledRule rule, JsonNode source, string path, string? uncorrelatable, ulong times, SchemaFaults found)
    {
        var cost = Times(rule.Program?.EstimateCost().Max ?? 0, times);
        if (!found.SuppressesCosts && cost > CelCosts.EstimatedExpressionLimit)
        {
            found.Rules.Forbidden(path + ".rule", Excess("estimated rule cost", cost, CelCosts.EstimatedExpressionLimit));
        }

        found.Costs.Add((path + ".rule", cost));
        if (rule.Fault is { } fault)
        {
            found.Rules.Invalid(path + ".rule", Shown(source), fault);
        }

        if (rule.MessageFault is { } messageFault)
        {
            found.Rules.Invalid(path + ".messageExpression", Shown(source), messageFault);
        }
        else if (rule.Message is { } message)
        {
            var messageCost = message.EstimateCost().Max;
            if (!found.SuppressesCosts && messageCost > CelCosts.EstimatedExpressionLimit)
            {
                found.Rules.Forbidden(path + ".messageExpression", Excess("estimated messageExpression cost", messageCost, CelCosts.EstimatedExpressionLimit));
            }

            found.Costs.Add((path + ".messageExpression", messageCost));
        }

        if (rule.UsesOldSelf && uncorrelatable is not null)
        {
            found.Rules.Invalid(path + ".rule", rule.Source.Rule, "oldSelf cannot be used on the uncorrelatable portion of the schema within " + uncorrelatable);
        }
        else if (!rule.UsesOldSelf && rule.Source.OptionalOldSelf is { } optional)
        {
            found.Rules.Invalid(path + ".optionalOldSelf", optional, "may not be set if oldSelf is not used in rule");
        }
    }

    /// <summary>A rule as upstream's internal type prints it.</summary>
    private static JsonObject Shown(JsonNode source) => new()
    {
        ["Rule"] = source["rule"]?.DeepClone() ?? "",
        ["Message"] = source["message"]?.DeepClone() ?? "",
        ["MessageExpression"] = source["messageExpression"]?.DeepClone() ?? "",
        ["Reason"] = source["reason"]?.DeepClone(),
        ["FieldPath"] = source["fieldPath"]?.DeepClone() ?? "",
        ["OptionalOldSelf"] = source["optionalOldSelf"]?.DeepClone(),
    };

    private static ulong Times(ulong cost, ulong times) => cost == 0 ? 0 : ulong.MaxValue / cost < times ? ulong.MaxValue : cost * times;

    private static string Excess(string name, ulong cost, ulong limit)
    {
        var factor = (double)cost / limit;
        var text = factor > 100 ? "more than 100x"
            : factor < 1.5 ? factor.ToString("F6", CultureInfo.InvariantCulture) + "x"
            : factor.ToString("F1", CultureInfo.InvariantCulture) + "x";
        return $"{name} exceeds budget by factor of {text} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }
}
