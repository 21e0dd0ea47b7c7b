using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Costs;

/// <summary>What a call cost, told from its arguments (the receiver first) and its result.</summary>
internal delegate ulong CelCallCost(ReadOnlySpan<CelValue> arguments, CelValue result);

/// <summary>The costs of calls.</summary>
/// <remarks>Upstream: pkg/cel/library/cost.go of Kubernetes, which looks at the function's name first, then costCall of interpreter/runtimecost.go of cel-go,
/// which looks at the overload when the checker found exactly one.</remarks>
internal static class CelRuntimeCosts
{
    private const double Text = CelCosts.StringTraversal;

    private static readonly CelCallCost One = static (_, _) => 1;
    private static readonly CelCallCost FirstTraversed = static (arguments, _) => CelCosts.Scaled(arguments[0].CostSize, Text);
    private static readonly CelCallCost FirstTraversedTwice = static (arguments, _) => CelCosts.Scaled(arguments[0].CostSize, 2 * Text);

    /// <summary>The cost of a function; the overload is empty when only the values decide it.</summary>
    public static CelCallCost Of(string function, string overload) => OfLibrary(function, overload) ?? OfStandard(function, overload);

    private static CelCallCost? OfLibrary(string function, string overload) => function switch
    {
        // Two checks per expression are affordable.
        "check" => static (_, _) => 350_000,
        "serviceAccount" or "path" or "group" or "resource" or "subresource" or "namespace" or "name" or "allowed" or "reason" or "error" or "errored" => One,
        "fieldSelector" or "labelSelector" => static (arguments, _) => CelCosts.Plus(
            CelCosts.ListLiteral + CelCosts.Scaled(arguments[1].CostSize, Text), CelCosts.Times(CelCosts.Scaled(arguments[1].CostSize, 0.5), CelCosts.Requirement)),
        "isSorted" or "sum" or "max" or "min" or "indexOf" or "lastIndexOf" => static (arguments, _) => Traversal(arguments[0]),
        "url" or "lowerAscii" or "upperAscii" or "substring" or "trim" or "jsonpatch.escapeKey" => FirstTraversed,
        "replace" or "split" => FirstTraversedTwice,
        "join" => static (_, result) => CelCosts.Scaled(result.CostSize, 2 * Text),
        "find" or "findAll" => Regex,
        "cidr" or "isIP" or "isCIDR" => FirstTraversed,
        "ip" => overload == "cidr_ip" ? One : FirstTraversed,
        "ip.isCanonical" => FirstTraversedTwice,
        "masked" or "prefixLength" or "family" or "isUnspecified" or "isLoopback" or "isLinkLocalMulticast" or "isLinkLocalUnicast" => One,
        "containsIP" => (arguments, _) => ContainsIP(arguments, overload == "cidr_contains_ip_string"),
        "containsCIDR" => (arguments, _) => CelCosts.Plus(
            ContainsIP(arguments, overload == "cidr_contains_cidr_string"), CelCosts.Scaled(arguments[0].CostSize, Text) + 1),
        "quantity" or "isQuantity" or "semver" or "isSemver" => FirstTraversed,
        "validate" => static (arguments, _) => Libraries.FormatLibrary.ValidationCost(arguments),
        "format.named" => One,
        "sign" or "asInteger" or "isInteger" or "asApproximateFloat" or "isGreaterThan" or "isLessThan" or "compareTo" or "add" or "sub" => One,
        "major" or "minor" or "patch" => One,
        "sets.contains" or "sets.intersects" => static (arguments, _) => CelCosts.Plus(CelCosts.Times(arguments[0].CostSize, arguments[1].CostSize), 1),
        "sets.equivalent" => static (arguments, _) => CelCosts.Plus(CelCosts.Times(CelCosts.Times(arguments[0].CostSize, arguments[1].CostSize), 2), 1),
        _ => null,
    };

    private static CelCallCost OfStandard(string function, string overload) => overload switch
    {
        "starts_with_string" or "ends_with_string" or "string_to_bytes" or "bytes_to_string" => FirstTraversed,
        "string_format" or "strings_quote" => FirstTraversed,
        "in_list" => static (arguments, _) => arguments[1].CostSize,
        "equals" => static (arguments, _) => arguments[0] is CelOpaque ? 1 : CelCosts.Scaled(Math.Min(arguments[0].CostSize, arguments[1].CostSize), Text),
        "less_string" or "greater_string" or "less_equals_string" or "greater_equals_string" or "less_bytes" or "greater_bytes" or "less_equals_bytes"
            or "greater_equals_bytes" or "not_equals" => static (arguments, _) => CelCosts.Scaled(Math.Min(arguments[0].CostSize, arguments[1].CostSize), Text),
        "add_string" or "add_bytes" => static (arguments, _) => CelCosts.Scaled(CelCosts.Plus(arguments[0].CostSize, arguments[1].CostSize), Text),
        "matches_string" => Regex,
        "contains_string" => static (arguments, _) =>
            CelCosts.Times(CelCosts.Scaled(arguments[0].CostSize, Text), CelCosts.Scaled(arguments[1].CostSize, Text)),
        _ => CelListCosts.Runtime(overload) ?? One,
    };

    /// <summary>The text is counted with one more, so that an expensive expression on an empty text is not free.</summary>
    private static ulong Regex(ReadOnlySpan<CelValue> arguments, CelValue result) =>
        CelCosts.Times(CelCosts.Scaled(1.0 + arguments[0].CostSize, Text), CelCosts.Scaled(arguments[1].CostSize, CelCosts.RegexLength));

    private static ulong ContainsIP(ReadOnlySpan<CelValue> arguments, bool parses) =>
        CelCosts.Scaled(2.0 * arguments[0].CostSize, Text) + (parses ? CelCosts.Scaled(arguments[1].CostSize, Text) : 0);

    /// <summary>The cost of walking through a value. Texts are counted in UTF-8 bytes here.</summary>
    private static ulong Traversal(CelValue value)
    {
        switch (value)
        {
            case CelString text:
                return (ulong)(System.Text.Encoding.UTF8.GetByteCount(text.Value) * Text);
            case CelBytes bytes:
                return (ulong)(bytes.Value.Length * Text);
            case CelList list:
                var elements = 0UL;
                for (var i = 0; i < list.Count; i++) elements += Traversal(list[i]);
                return elements;
            case CelMap map:
                var entries = 0UL;
                foreach (var key in map.Keys) entries += Traversal(key) + (map.TryGet(key, out var entry) ? Traversal(entry) : 0);
                return entries;
            default:
                return 1;
        }
    }
}
