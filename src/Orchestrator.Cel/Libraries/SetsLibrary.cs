using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Lists seen as sets.</summary>
/// <remarks>Upstream: ext/sets.go of cel-go.</remarks>
internal static class SetsLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var list = CelType.ListOf(CelType.Parameter("T"));
        builder.Functions.Global("sets.contains", "list_sets_contains_list", [list, list], CelType.Bool, static arguments => Contains((CelList)arguments[0], (CelList)arguments[1]));
        builder.Functions.Global("sets.intersects", "list_sets_intersects_list", [list, list], CelType.Bool, static arguments => Intersects((CelList)arguments[0], (CelList)arguments[1]));
        builder.Functions.Global("sets.equivalent", "list_sets_equivalent_list", [list, list], CelType.Bool, static arguments =>
        {
            var (left, right) = ((CelList)arguments[0], (CelList)arguments[1]);
            var contains = Contains(left, right);
            return ReferenceEquals(contains, CelBool.True) ? Contains(right, left) : contains;
        });
    }

    private static CelValue Contains(CelList list, CelList elements)
    {
        for (var i = 0; i < elements.Count; i++)
        {
            var found = list.Contains(elements[i]);
            if (!ReferenceEquals(found, CelBool.True)) return found;
        }

        return CelBool.True;
    }

    private static CelBool Intersects(CelList left, CelList right)
    {
        for (var i = 0; i < left.Count; i++)
        {
            if (ReferenceEquals(right.Contains(left[i]), CelBool.True)) return CelBool.True;
        }

        return CelBool.False;
    }
}

/// <summary>The macros with two variables and the function they expand to.</summary>
/// <remarks>Upstream: ext/comprehensions.go of cel-go.</remarks>
internal static class TwoVariablesLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var (k, v) = (CelType.Parameter("K"), CelType.Parameter("V"));
        var map = CelType.MapOf(k, v);
        builder.Macros.AddRange(ComprehensionMacros.All);
        builder.Functions.Operator(CelOperators.MapInsert, "@mapInsert_map_map", [map, map], map);
        builder.Functions.Global(CelOperators.MapInsert, "@mapInsert_map_key_value", [map, k, v], map, static arguments =>
            arguments[0] is AccumulatorMap accumulator ? accumulator.Insert(arguments[1], arguments[2]) : CelError.NoSuchOverload);
    }
}
