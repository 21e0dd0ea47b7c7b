using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Functions that make lists of lists.</summary>
/// <remarks>Upstream: ext/lists.go of cel-go at version 3.</remarks>
internal static class ListsLibrary
{
    /// <summary>The longest list that <c>lists.range</c> makes. The cost of a call is charged after it, so the limit keeps the memory bounded.</summary>
    private const long LongestRange = 1_000_000;

    /// <summary>The name that <c>sortBy</c> binds the list to; no source text can spell it.</summary>
    private const string Input = "@__sortBy_input__";

    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var t = CelType.Parameter("T");
        var list = CelType.ListOf(t);
        functions.Member("slice", "list_slice", [list, CelType.Int, CelType.Int], list, static arguments => Slice((CelList)arguments[0], ((CelInt)arguments[1]).Value, ((CelInt)arguments[2]).Value));
        functions.Member("flatten", "list_flatten", [CelType.ListOf(list)], list, static arguments => Flatten((CelList)arguments[0], 1));
        functions.Member("flatten", "list_flatten_int", [CelType.AnyList, CelType.Int], CelType.AnyList, static arguments => Flatten((CelList)arguments[0], ((CelInt)arguments[1]).Value));
        functions.Member("reverse", "list_reverse", [list], list, static arguments => Reverse((CelList)arguments[0]));
        functions.Member("distinct", "list_distinct", [list], list, static arguments => Distinct((CelList)arguments[0]));
        functions.Global("lists.range", "lists_range", [CelType.Int], CelType.ListOf(CelType.Int), static arguments => Range(((CelInt)arguments[0]).Value));
        foreach (var (type, _) in KubernetesListsLibrary.Comparable)
        {
            functions.Member("sort", $"list_{type.RuntimeName}_sort", [CelType.ListOf(type)], CelType.ListOf(type), static arguments => Sort((CelList)arguments[0], (CelList)arguments[0]));
            functions.Member("@sortByAssociatedKeys", $"list_{type.RuntimeName}_sortByAssociatedKeys", [list, CelType.ListOf(type)], list, static arguments => Sort((CelList)arguments[0], (CelList)arguments[1]));
        }

        builder.Macros.Add(new("sortBy", 2, true, SortBy));
    }

    private static CelExpression? SortBy(CelParser parser, int position, CelExpression? target, CelExpression[] arguments)
    {
        if (target is not (ListExpression or SelectExpression or IdentExpression or ComprehensionExpression or CallExpression))
        {
            return parser.Fail(target!.Position, "sortBy can only be applied to a list, identifier, comprehension, call or select expression");
        }

        if (arguments[0] is not IdentExpression { Name: var variable } || variable.StartsWith('.')) return parser.Fail(arguments[0].Position, "argument is not an identifier");
        var plan = StandardMacros.Append(position, null, arguments[1]);
        var keys = new ComprehensionExpression(position)
        {
            Range = new IdentExpression(position, Input),
            Variable = variable,
            Initial = plan.Initial,
            Condition = plan.Condition,
            Step = plan.Step,
            Result = plan.Result,
        };
        return new ComprehensionExpression(position)
        {
            Range = new ListExpression(position, []),
            Variable = "#unused",
            AccumulatorName = Input,
            Initial = target,
            Condition = new LiteralExpression(position, CelBool.False),
            Step = new IdentExpression(position, Input),
            Result = new CallExpression(position, "@sortByAssociatedKeys", new IdentExpression(position, Input), keys),
        };
    }

    private static CelValue Slice(CelList list, long start, long end)
    {
        if (start < 0 || end < 0) return new CelError($"cannot slice({start}, {end}), negative indexes not supported");
        if (start > end) return new CelError($"cannot slice({start}, {end}), start index must be less than or equal to end index");
        if (list.Count < end) return new CelError($"cannot slice({start}, {end}), list is length {list.Count}");
        return CelList.Of(Enumerable.Range((int)start, (int)(end - start)).Select(i => list[i]));
    }

    private static CelValue Flatten(CelList list, long depth)
    {
        if (depth < 0) return new CelError("level must be non-negative");
        var flat = new List<CelValue>();
        Collect(list, depth, flat);
        return CelList.Of(flat);
    }

    private static void Collect(CelList list, long depth, List<CelValue> flat)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (depth > 0 && list[i] is CelList nested) Collect(nested, depth - 1, flat);
            else flat.Add(list[i]);
        }
    }

    private static CelList Reverse(CelList list) => CelList.Of(Enumerable.Range(1, list.Count).Select(i => list[list.Count - i]));

    private static CelList Distinct(CelList list)
    {
        var seen = new HashSet<CelValue>(CelValueComparer.Instance);
        return CelList.Of(Enumerable.Range(0, list.Count).Select(i => list[i]).Where(seen.Add));
    }

    private static CelValue Range(long count)
    {
        if (count < 0) return new CelError($"lists.range: size must be non-negative, got {count}");
        if (count > LongestRange) return new CelError($"lists.range: size {count} exceeds maximum allowed ({LongestRange})");
        return CelList.Of(Enumerable.Range(0, (int)count).Select(i => CelInt.Of(i)));
    }

    /// <summary>The elements of a list in the order of their keys.</summary>
    private static CelValue Sort(CelList list, CelList keys)
    {
        if (list.Count != keys.Count)
        {
            return new CelError($"@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got {list.Count} and {keys.Count} elements respectively");
        }

        if (list.Count == 0) return list;
        if (keys[0] is not (CelInt or CelUint or CelDouble or CelBool or CelDuration or CelTimestamp or CelString or CelBytes)) return new CelError("list elements must be comparable");
        for (var i = 1; i < keys.Count; i++)
        {
            if (keys[i].Type.Kind != keys[0].Type.Kind) return new CelError("list elements must have the same type");
        }

        var order = Enumerable.Range(0, list.Count).OrderBy(i => keys[i], Comparer<CelValue>.Create(static (left, right) => KubernetesListsLibrary.Compare(left, right, out _) ?? 0));
        return CelList.Of(order.Select(i => list[i]));
    }
}
