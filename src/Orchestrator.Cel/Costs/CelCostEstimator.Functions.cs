using Orchestrator.Cel.Parsing;

namespace Orchestrator.Cel.Costs;

/// <content>The functions of the language.</content>
internal sealed partial class CelCostEstimator
{
    private const double Text = CelCosts.StringTraversal;

    private CallEstimate Function(CallExpression call, string overload, CostOperand? target, CostOperand[] arguments, CelCostEstimate[] argumentCosts)
    {
        var sum = argumentCosts.Aggregate(default(CelCostEstimate), (total, cost) => total.Plus(cost));
        if ((CelListCosts.Estimate(overload, target, arguments, Known) ?? LibraryEstimates.Of(call.Function, overload, target, arguments, Known)) is { } library)
        {
            return library with { Cost = library.Cost.Plus(sum) };
        }

        switch (overload)
        {
            case "string_format" when target is not null:
                return new(Known(target).Times(Text).Plus(sum));
            case "string_to_bytes":
                var text = Known(arguments[0]);
                return new(text.Times(Text).Plus(sum), new CelSizeEstimate(text.Min, unchecked(text.Max * 4)));
            case "bytes_to_string":
                var bytes = Known(arguments[0]);
                return new(bytes.Times(Text).Plus(sum), new CelSizeEstimate(bytes.Min / 4, bytes.Max));
            case "strings_quote":
                var quoted = Known(arguments[0]);
                return new(quoted.Times(Text).Plus(sum), new CelSizeEstimate(quoted.Min + 2, unchecked((quoted.Max * 2) + 2)));
            case "starts_with_string" or "ends_with_string":
                return new(Known(arguments[0]).Times(Text).Plus(sum));
            case "in_list":
                return new(Known(arguments[1]).Times(1.0).Plus(sum));
            case "matches_string" when target is not null:
                var subject = Known(target).Plus(CelSizeEstimate.Exactly(1)).Times(Text);
                return new(subject.Times(Known(arguments[0]).Times(CelCosts.RegexLength)).Plus(sum));
            case "contains_string" when target is not null:
                return new(Known(target).Times(Text).Times(Known(arguments[0]).Times(Text)).Plus(sum));
            case "logical_or" or "logical_and":
                // The left side may decide alone.
                return new(new CelCostEstimate(argumentCosts[0].Min, argumentCosts[0].Plus(argumentCosts[1]).Max));
            case "conditional":
                if (EntrySize.Union(Entry(call.Arguments[1]), Entry(call.Arguments[2])) is { } either) _entries[call] = either;
                return new(argumentCosts[0].Plus(argumentCosts[1].Union(argumentCosts[2])), Known(arguments[1]).Union(Known(arguments[2])));
            case "add_string" or "add_bytes" or "add_list":
                return Addition(call, overload, arguments, sum);
            case "less_string" or "greater_string" or "less_equals_string" or "greater_equals_string" or "less_bytes" or "greater_bytes" or "less_equals_bytes"
                or "greater_equals_bytes" or "equals" or "not_equals":
                var most = Math.Min(Known(arguments[0]).Max, Known(arguments[1]).Max);
                return new(new CelSizeEstimate(most > 0 ? 1UL : 0UL, most).Times(Text).Plus(sum));
            default:
                return new(One.Plus(sum));
        }
    }

    private CallEstimate Addition(CallExpression call, string overload, CostOperand[] arguments, CelCostEstimate sum)
    {
        var size = Known(arguments[0]).Plus(Known(arguments[1]));
        if (EntrySize.Union(Entry(call.Arguments[0]), Entry(call.Arguments[1])) is { } entry) _entries[call] = entry;
        var cost = overload == "add_list" ? One : size.Times(Text);
        return new(cost.Plus(sum), size);
    }

    private CelSizeEstimate Known(CostOperand operand) => operand.ComputedSize ?? _sizes.Find(operand.Path) ?? CelSizeEstimate.Unknown;
}
