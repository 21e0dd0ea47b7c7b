using Orchestrator.Cel.Evaluation;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Functions that walk lists of comparable elements.</summary>
/// <remarks>Upstream: pkg/cel/library/lists.go of the apiserver.</remarks>
internal static class KubernetesListsLibrary
{
    internal static readonly (CelType Type, string Name)[] Comparable =
    [
        (CelType.Int, "int"), (CelType.Uint, "uint"), (CelType.Double, "double"), (CelType.Bool, "bool"), (CelType.Duration, "duration"),
        (CelType.Timestamp, "timestamp"), (CelType.String, "string"), (CelType.Bytes, "bytes"),
    ];

    private static readonly (CelType Type, string Name, CelValue Zero)[] Summable =
    [
        (CelType.Int, "int", CelInt.Of(0)), (CelType.Uint, "uint", CelUint.Of(0)), (CelType.Double, "double", CelDouble.Of(0)), (CelType.Duration, "duration", CelDuration.Of(0)),
    ];

    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        foreach (var (type, name) in Comparable)
        {
            functions.Member("isSorted", $"list_{name}_is_sorted_bool", [CelType.ListOf(type)], CelType.Bool, static arguments => IsSorted((CelList)arguments[0]));
            functions.Member("min", $"list_{name}_min_{name}", [CelType.ListOf(type)], type, static arguments => Extreme((CelList)arguments[0], "min", 1));
            functions.Member("max", $"list_{name}_max_{name}", [CelType.ListOf(type)], type, static arguments => Extreme((CelList)arguments[0], "max", -1));
        }

        foreach (var (type, name, zero) in Summable) functions.Member("sum", $"list_{name}_sum_{name}", [CelType.ListOf(type)], type, arguments => Sum((CelList)arguments[0], zero));
        var a = CelType.Parameter("A");
        functions.Member("indexOf", "list_a_index_of_int", [CelType.ListOf(a), a], CelType.Int, static arguments => IndexOf((CelList)arguments[0], arguments[1]));
        functions.Member("lastIndexOf", "list_a_last_index_of_int", [CelType.ListOf(a), a], CelType.Int, static arguments => LastIndexOf((CelList)arguments[0], arguments[1]));
    }

    /// <summary>The order of two values as -1, 0 or 1; null, with the error, when they have none.</summary>
    internal static int? Compare(CelValue left, CelValue right, out CelValue error)
    {
        error = CelArithmetic.Order("compare", left, right, less: true, equal: false, greater: false);
        if (error is CelError) return null;
        if (ReferenceEquals(error, CelBool.True)) return -1;
        return left.EqualTo(right) ? 0 : 1;
    }

    private static CelValue IsSorted(CelList list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            if (Compare(list[i - 1], list[i], out var error) is not { } order) return error;
            if (order > 0) return CelBool.False;
        }

        return CelBool.True;
    }

    private static CelValue Extreme(CelList list, string name, int replaceOn)
    {
        if (list.Count == 0) return new CelError($"{name} called on empty list");
        var best = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (Compare(best, list[i], out var error) is not { } order) return error;
            if (order == replaceOn) best = list[i];
        }

        return best;
    }

    private static CelValue Sum(CelList list, CelValue zero)
    {
        var sum = zero;
        for (var i = 0; i < list.Count; i++)
        {
            sum = CelArithmetic.Add(sum, list[i]);
            if (sum is CelError) return sum;
        }

        return sum;
    }

    private static CelInt IndexOf(CelList list, CelValue value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].EqualTo(value)) return CelInt.Of(i);
        }

        return CelInt.Of(-1);
    }

    private static CelInt LastIndexOf(CelList list, CelValue value)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (list[i].EqualTo(value)) return CelInt.Of(i);
        }

        return CelInt.Of(-1);
    }
}
