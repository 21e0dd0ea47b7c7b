using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Costs;

/// <summary>The estimates of Kubernetes' libraries and of the extensions they cover.</summary>
/// <remarks>Upstream: EstimateCallCost in pkg/cel/library/cost.go of the apiserver. It looks at names alone, whatever the types are.</remarks>
internal static class LibraryEstimates
{
    private const double Text = CelCosts.StringTraversal;

    private static readonly CelCostEstimate One = CelCostEstimate.Exactly(1);

    private const ulong LongestFormatName = 64;

    /// <summary>An address in bytes: version 4 or 6.</summary>
    private static readonly CelSizeEstimate Address = new(4, 16);

    /// <summary>The estimate without the arguments' own cost, or null when the function is none of these.</summary>
    public static CallEstimate? Of(string function, string overload, CostOperand? target, CostOperand[] arguments, Func<CostOperand, CelSizeEstimate> size)
    {
        switch (function)
        {
            case "check":
                return new(CelCostEstimate.Exactly(350_000));
            case "serviceAccount" or "path" or "group" or "resource" or "subresource" or "namespace" or "name" or "allowed" or "reason" or "error" or "errored"
                or "masked" or "prefixLength" or "family" or "isUnspecified" or "isLoopback" or "isLinkLocalMulticast" or "isLinkLocalUnicast"
                or "sign" or "asInteger" or "isInteger" or "asApproximateFloat" or "isGreaterThan" or "isLessThan" or "compareTo" or "add" or "sub"
                or "major" or "minor" or "patch" or "format.named":
                return new(One);
            case "fieldSelector" or "labelSelector" when arguments.Length == 1:
                var selector = size(arguments[0]);
                return new(selector.Times(Text).Plus(selector.Times(0.5).Times(CelCostEstimate.Exactly(CelCosts.Requirement))).Plus(CelCostEstimate.Exactly(CelCosts.ListLiteral)));
            case "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" when target is not null:
                return new(OneTraversal(target, size));
            case "url" or "jsonpatch.escapeKey" when arguments.Length == 1:
                return new(size(arguments[0]).Times(Text), size(arguments[0]));
            case CelOperators.Equal when arguments.Length == 2 && arguments[0].Type.Equals(arguments[1].Type):
                return Equality(arguments[0].Type, arguments[1]);
            case "lowerAscii" or "upperAscii" or "substring" or "trim" when target is not null:
                return new(size(target).Times(Text), size(target));
            case "replace" when target is not null && arguments.Length >= 2:
                return new(size(target).Times(2 * Text), Replaced(size(target), size(arguments[0]), size(arguments[1])));
            case "split" when target is not null:
                return new(size(target).Times(2 * Text), new CelSizeEstimate(0, arguments is [_, { Expression: LiteralExpression { Value: CelInt parts } }, ..] ? unchecked((ulong)parts.Value) : size(target).Max));
            case "join" when target is not null:
                var joined = Joined(target, arguments, size);
                return new(joined.Times(Text), joined);
            case "find" or "findAll" when target is not null && arguments.Length >= 1:
                var subject = size(target).Plus(CelSizeEstimate.Exactly(1)).Times(Text);
                return new(subject.Times(size(arguments[0]).Times(CelCosts.RegexLength)), new CelSizeEstimate(0, size(target).Max));
            case "cidr" or "isIP" or "isCIDR" or "quantity" or "isQuantity" or "semver" or "isSemver" when arguments.Length >= 1:
                return new(size(arguments[0]).Times(Text));
            case "ip":
                return new(target is null ? size(arguments[0]).Times(Text) : One);
            case "ip.isCanonical" when arguments.Length >= 1:
                return new(size(arguments[0]).Times(2 * Text));
            case "containsIP" when target is not null && arguments.Length >= 1:
                return new(Contains(arguments[0], overload == "cidr_contains_ip_string", size));
            case "containsCIDR" when target is not null && arguments.Length >= 1:
                return new(Contains(arguments[0], overload == "cidr_contains_cidr_string", size).Plus(Address.Times(Text)).Plus(One));
            case "validate" when target is not null && arguments.Length == 1:
                // The longest check is a regular expression over a name.
                return new(size(arguments[0]).Times(Text).Times(Libraries.FormatLibrary.CheckEstimate));
            case "sets.contains" or "sets.intersects" when arguments.Length == 2:
                return new(size(arguments[0]).Times(size(arguments[1])).Times(1.0).Plus(One));
            case "sets.equivalent" when arguments.Length == 2:
                return new(size(arguments[0]).Times(size(arguments[1])).Times(2.0).Plus(One));
            default:
                return null;
        }
    }

    /// <summary>What functions look into is compared at once, but for URLs, which are compared as texts.</summary>
    private static CallEstimate? Equality(CelType type, CostOperand right)
    {
        if (type.Kind != CelTypeKind.Opaque || type.IsOptional) return null;
        if (type.Equals(Libraries.CelUrl.TypeOfUrls)) return new(new CelSizeEstimate(1, right.ComputedSize?.Max ?? 1).Times(Text));
        return new(type.Equals(Libraries.CelFormat.TypeOfFormats) ? new CelSizeEstimate(1, LongestFormatName).Times(Text) : One);
    }

    /// <summary>One comparison for each element; texts and bytes are read for it.</summary>
    private static CelCostEstimate OneTraversal(CostOperand target, Func<CostOperand, CelSizeEstimate> size)
    {
        if (Element(target) is not { } element) return size(target).Times(Text);
        var each = element.Type.Kind is CelTypeKind.String or CelTypeKind.Bytes ? One.Plus(size(element).Times(Text)) : One;
        return size(target).Times(each);
    }

    private static CelSizeEstimate Joined(CostOperand target, CostOperand[] arguments, Func<CostOperand, CelSizeEstimate> size)
    {
        var count = size(target);
        var joined = Element(target) is { } element ? count.Times(size(element)) : default;
        if (arguments.Length == 0) return joined;
        return joined.Plus(size(arguments[0]).Times(new CelSizeEstimate(count.Min > 0 ? count.Min - 1 : 0, count.Max > 0 ? count.Max - 1 : 0)));
    }

    private static CelSizeEstimate Replaced(CelSizeEstimate text, CelSizeEstimate old, CelSizeEstimate with)
    {
        ulong mostReplaced = 0, mostKept = 0, leastReplaced = 0, leastKept = 0;
        // An empty text is found before and after each code point.
        if (old.Min == 0) (mostReplaced, mostKept) = (CelCosts.Plus(text.Max, 1), text.Max);
        else if (with.Max <= old.Min) mostKept = text.Max;
        else mostReplaced = CelCosts.Scaled(text.Max, 1.0 / old.Min);
        if (old.Max == 0) (leastReplaced, leastKept) = (CelCosts.Plus(text.Min, 1), text.Min);
        else if (old.Max <= with.Min) leastKept = text.Min;
        else leastReplaced = (ulong)Math.Ceiling((double)text.Min / old.Max);
        return new CelSizeEstimate(leastReplaced, mostReplaced).Times(with).Plus(new CelSizeEstimate(leastKept, mostKept));
    }

    private static CelCostEstimate Contains(CostOperand other, bool parses, Func<CostOperand, CelSizeEstimate> size)
    {
        var cost = Address.Plus(Address).Times(Text);
        return parses ? cost.Plus(size(other).Times(Text)) : cost;
    }

    /// <summary>The element of a list, with the path that leads to its bounds.</summary>
    private static CostOperand? Element(CostOperand list) =>
        list.Type.Parameters.Count == 0 ? null : new CostOperand(list.Type.Parameters[0], null, list.Path.Count == 0 ? [] : [.. list.Path, "@items"], null);
}
