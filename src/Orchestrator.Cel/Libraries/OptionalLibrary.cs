using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Values that may be absent.</summary>
/// <remarks>Upstream: optionalLib in cel/library.go.</remarks>
internal static class OptionalLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var v = CelType.Parameter("V");
        var k = CelType.Parameter("K");
        var optional = CelType.OptionalOf(v);
        var list = CelType.ListOf(v);
        var map = CelType.MapOf(k, v);
        builder.OptionalSyntax = true;
        builder.Macros.AddRange(BindingMacros.Optional);
        var functions = builder.Functions;
        functions.Global("optional.of", "optional_of", [v], optional, static arguments => CelOptional.Of(arguments[0]));
        functions.Global("optional.ofNonZeroValue", "optional_ofNonZeroValue", [v], optional, static arguments => IsZero(arguments[0]) ? CelOptional.None : CelOptional.Of(arguments[0]));
        functions.Global("optional.none", "optional_none", [], optional, static _ => CelOptional.None);
        functions.Global("optional.unwrap", "optional_unwrap", [CelType.ListOf(optional)], list, static arguments => Unwrap((CelList)arguments[0]));
        functions.Member("unwrapOpt", "optional_unwrapOpt", [CelType.ListOf(optional)], list, static arguments => Unwrap((CelList)arguments[0]));
        functions.Member("value", "optional_value", [optional], v, static arguments => ((CelOptional)arguments[0]).Value ?? new CelError("optional.none() dereference"));
        functions.Member("hasValue", "optional_hasValue", [optional], CelType.Bool, static arguments => CelBool.Of(((CelOptional)arguments[0]).Value is not null));
        functions.Member("or", "optional_or_optional", [optional, optional], optional, static arguments => ((CelOptional)arguments[0]).Value is null ? arguments[1] : arguments[0]);
        functions.Member("orValue", "optional_orValue_value", [optional, v], v, static arguments => ((CelOptional)arguments[0]).Value ?? arguments[1]);
        functions.Operator(CelOperators.OptionalIndex, "list_optindex_optional_int", [list, CelType.Int], optional);
        functions.Operator(CelOperators.OptionalIndex, "optional_list_optindex_optional_int", [CelType.OptionalOf(list), CelType.Int], optional);
        functions.Operator(CelOperators.OptionalIndex, "map_optindex_optional_value", [map, k], optional);
        functions.Operator(CelOperators.OptionalIndex, "optional_map_optindex_optional_value", [CelType.OptionalOf(map), k], optional);
        functions.Operator(CelOperators.Index, "optional_list_index_int", [CelType.OptionalOf(list), CelType.Int], optional);
        functions.Operator(CelOperators.Index, "optional_map_index_value", [CelType.OptionalOf(map), k], optional);
        functions.Member("first", "list_first", [list], optional, static arguments => arguments[0] is CelList { Count: > 0 } items ? CelOptional.Of(items[0]) : CelOptional.None);
        functions.Member("last", "list_last", [list], optional, static arguments => arguments[0] is CelList { Count: > 0 } items ? CelOptional.Of(items[items.Count - 1]) : CelOptional.None);
    }

    private static CelList Unwrap(CelList list) =>
        CelList.Of(Enumerable.Range(0, list.Count).Select(i => (list[i] as CelOptional)?.Value).OfType<CelValue>());

    /// <summary>Whether a value is the zero value of its type.</summary>
    private static bool IsZero(CelValue value) => value switch
    {
        CelBool truth => !truth.Value,
        CelNull => true,
        CelInt number => number.Value == 0,
        CelUint number => number.Value == 0,
        CelDouble number => number.Value == 0,
        CelDuration duration => duration.Nanoseconds == 0,
        CelTimestamp time => time is { Seconds: CelTimestamp.FirstSecond, Nanoseconds: 0 },
        CelOptional optional => optional.Value is null || IsZero(optional.Value),
        CelObject obj => obj.Fields.Count == 0,
        _ => value.Size == 0,
    };
}
