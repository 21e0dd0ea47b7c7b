using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Costs;

/// <summary>The costs of the functions that make lists of lists.</summary>
/// <remarks>Upstream: ext/lists.go of cel-go from version 3 on. Sorting and comparing elements with each other count as quadratic.</remarks>
internal static class CelListCosts
{
    /// <summary>Dispatching the call and making the list.</summary>
    private const ulong Fixed = 1 + CelCosts.ListLiteral;

    private const double Compare = 2.0;

    /// <summary>The estimate of an overload, or null when it is none of these.</summary>
    public static CallEstimate? Estimate(string overload, CostOperand? target, CostOperand[] arguments, Func<CostOperand, CelSizeEstimate> size)
    {
        switch (overload)
        {
            case "list_slice" when target is not null:
                return Allocating(1, CelSizeEstimate.Exactly(unchecked(Constant(arguments[1], size(target).Max) - Constant(arguments[0], 0))));
            case "lists_range":
                return Allocating(1, CelSizeEstimate.Exactly(Constant(arguments[0], ulong.MaxValue)));
            case "list_reverse" when target is not null:
                return Allocating(1, size(target));
            case "list_flatten" when target is not null:
                return Allocating(1, size(target));
            case "list_flatten_int" when target is not null:
                return Allocating(Constant(arguments[0], ulong.MaxValue), size(target));
            case "list_distinct" when target is not null:
                return Allocating(Compare, size(target).Times(size(target)));
            default:
                var keys = overload.EndsWith("_sort", StringComparison.Ordinal) ? target : overload.EndsWith("_sortByAssociatedKeys", StringComparison.Ordinal) ? arguments[0] : null;
                if (keys is null) return null;
                var isText = overload.StartsWith("list_string", StringComparison.Ordinal) || overload.StartsWith("list_bytes", StringComparison.Ordinal);
                return Allocating(Compare + (isText ? CelCosts.StringTraversal : 0), size(keys).Times(size(keys)));
        }
    }

    /// <summary>The runtime cost of an overload, or null when it is none of these.</summary>
    public static CelCallCost? Runtime(string overload) => overload switch
    {
        "list_slice" or "lists_range" or "list_reverse" => static (_, result) => Charge(1, result.CostSize),
        "list_flatten" => static (arguments, _) => Charge(1, arguments[0].CostSize),
        "list_flatten_int" => static (arguments, _) => Charge(arguments[1] is CelInt { Value: > 0 } depth ? depth.Value : 0, arguments[0].CostSize),
        "list_distinct" => static (arguments, _) => SelfCompare(arguments[0]),
        _ when overload.EndsWith("_sort", StringComparison.Ordinal) => static (arguments, _) => SelfCompare(arguments[0]),
        _ when overload.EndsWith("_sortByAssociatedKeys", StringComparison.Ordinal) => static (arguments, _) => SelfCompare(arguments[1]),
        _ => null,
    };

    private static CallEstimate Allocating(double factor, CelSizeEstimate size) => new(size.Times(factor).Plus(CelCostEstimate.Exactly(Fixed)), size);

    private static ulong Charge(double factor, ulong size) => CelCosts.Plus((size * factor) is var cost && cost >= 18446744073709551616.0 ? ulong.MaxValue : (ulong)cost, Fixed);

    private static ulong SelfCompare(CelValue value)
    {
        if (value is not CelList { Count: > 0 } list) return Fixed;
        return Charge(Compare + (list[0] is CelString or CelBytes ? CelCosts.StringTraversal : 0), CelCosts.Times(list.CostSize, list.CostSize));
    }

    private static ulong Constant(CostOperand operand, ulong otherwise) => operand.Expression switch
    {
        LiteralExpression { Value: CelUint number } => number.Value,
        LiteralExpression { Value: CelInt { Value: >= 0 } number } => (ulong)number.Value,
        _ => otherwise,
    };
}
