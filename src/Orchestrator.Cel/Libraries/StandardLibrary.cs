using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>The operators and functions of the language.</summary>
/// <remarks>Upstream: common/stdlib/standard.go. The overload identifiers are upstream's, for the cost model knows them.</remarks>
internal static class StandardLibrary
{
    private static readonly CelType A = CelType.Parameter("A");
    private static readonly CelType B = CelType.Parameter("B");
    private static readonly CelType ListOfA = CelType.ListOf(A);
    private static readonly CelType MapOfAB = CelType.MapOf(A, B);

    public static void Declare(CelLibraryBuilder builder)
    {
        builder.Macros.AddRange(StandardMacros.All);
        var functions = builder.Functions;
        DeclareLogic(functions);
        DeclareArithmetic(functions);
        DeclareOrder(functions);
        DeclareContainers(functions);
        DeclareTexts(functions);
        StandardConversions.Declare(functions);
        StandardTimes.Declare(functions);
    }

    private static void DeclareLogic(CelFunctions functions)
    {
        functions.Operator(CelOperators.Conditional, "conditional", [CelType.Bool, A, A], A);
        functions.Operator(CelOperators.And, "logical_and", [CelType.Bool, CelType.Bool], CelType.Bool);
        functions.Operator(CelOperators.Or, "logical_or", [CelType.Bool, CelType.Bool], CelType.Bool);
        functions.Operator(CelOperators.Not, "logical_not", [CelType.Bool], CelType.Bool);
        functions.Operator(CelOperators.NotStrictlyFalse, "not_strictly_false", [CelType.Bool], CelType.Bool);
        functions.Operator(CelOperators.Equal, "equals", [A, A], CelType.Bool);
        functions.Operator(CelOperators.NotEqual, "not_equals", [A, A], CelType.Bool);
    }

    private static void DeclareArithmetic(CelFunctions functions)
    {
        Numbers(functions, CelOperators.Add, "add");
        functions.Operator(CelOperators.Add, "add_string", [CelType.String, CelType.String], CelType.String);
        functions.Operator(CelOperators.Add, "add_bytes", [CelType.Bytes, CelType.Bytes], CelType.Bytes);
        functions.Operator(CelOperators.Add, "add_list", [ListOfA, ListOfA], ListOfA);
        functions.Operator(CelOperators.Add, "add_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration);
        functions.Operator(CelOperators.Add, "add_duration_timestamp", [CelType.Duration, CelType.Timestamp], CelType.Timestamp);
        functions.Operator(CelOperators.Add, "add_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp);
        Numbers(functions, CelOperators.Subtract, "subtract");
        functions.Operator(CelOperators.Subtract, "subtract_duration_duration", [CelType.Duration, CelType.Duration], CelType.Duration);
        functions.Operator(CelOperators.Subtract, "subtract_timestamp_duration", [CelType.Timestamp, CelType.Duration], CelType.Timestamp);
        functions.Operator(CelOperators.Subtract, "subtract_timestamp_timestamp", [CelType.Timestamp, CelType.Timestamp], CelType.Duration);
        Numbers(functions, CelOperators.Multiply, "multiply");
        Numbers(functions, CelOperators.Divide, "divide");
        functions.Operator(CelOperators.Modulo, "modulo_int64", [CelType.Int, CelType.Int], CelType.Int);
        functions.Operator(CelOperators.Modulo, "modulo_uint64", [CelType.Uint, CelType.Uint], CelType.Uint);
        functions.Operator(CelOperators.Negate, "negate_int64", [CelType.Int], CelType.Int);
        functions.Operator(CelOperators.Negate, "negate_double", [CelType.Double], CelType.Double);
    }

    private static void Numbers(CelFunctions functions, string function, string id)
    {
        functions.Operator(function, id + "_double", [CelType.Double, CelType.Double], CelType.Double);
        functions.Operator(function, id + "_int64", [CelType.Int, CelType.Int], CelType.Int);
        functions.Operator(function, id + "_uint64", [CelType.Uint, CelType.Uint], CelType.Uint);
    }

    private static void DeclareOrder(CelFunctions functions)
    {
        (string Function, string Id)[] operators =
        [
            (CelOperators.Less, "less"), (CelOperators.LessOrEqual, "less_equals"), (CelOperators.Greater, "greater"), (CelOperators.GreaterOrEqual, "greater_equals"),
        ];
        (CelType Type, string Id)[] alike =
        [
            (CelType.Bool, "bool"), (CelType.Int, "int64"), (CelType.Uint, "uint64"), (CelType.Double, "double"), (CelType.String, "string"),
            (CelType.Bytes, "bytes"), (CelType.Timestamp, "timestamp"), (CelType.Duration, "duration"),
        ];
        (CelType Type, string Id)[] numbers = [(CelType.Int, "int64"), (CelType.Uint, "uint64"), (CelType.Double, "double")];
        foreach (var (function, id) in operators)
        {
            foreach (var (type, name) in alike) functions.Operator(function, $"{id}_{name}", [type, type], CelType.Bool);
            foreach (var left in numbers)
            {
                foreach (var right in numbers.Where(number => number.Id != left.Id)) functions.Operator(function, $"{id}_{left.Id}_{right.Id}", [left.Type, right.Type], CelType.Bool);
            }
        }
    }

    private static void DeclareContainers(CelFunctions functions)
    {
        functions.Operator(CelOperators.Index, "index_list", [ListOfA, CelType.Int], A);
        functions.Operator(CelOperators.Index, "index_map", [MapOfAB, A], B);
        functions.Operator(CelOperators.In, "in_list", [A, ListOfA], CelType.Bool);
        functions.Operator(CelOperators.In, "in_map", [A, MapOfAB], CelType.Bool);
        CelImplementation size = static arguments => CelInt.Of(arguments[0].Size);
        foreach (var (type, name) in new[] { (CelType.Bytes, "bytes"), (ListOfA, "list"), (MapOfAB, "map"), (CelType.String, "string") })
        {
            functions.Global("size", "size_" + name, [type], CelType.Int, size);
            functions.Member("size", name + "_size", [type], CelType.Int, size);
        }
    }

    private static void DeclareTexts(CelFunctions functions)
    {
        functions.Member("contains", "contains_string", [CelType.String, CelType.String], CelType.Bool, static arguments => CelBool.Of(Text(arguments[0]).Contains(Text(arguments[1]), StringComparison.Ordinal)));
        functions.Member("startsWith", "starts_with_string", [CelType.String, CelType.String], CelType.Bool, static arguments => CelBool.Of(Text(arguments[0]).StartsWith(Text(arguments[1]), StringComparison.Ordinal)));
        functions.Member("endsWith", "ends_with_string", [CelType.String, CelType.String], CelType.Bool, static arguments => CelBool.Of(Text(arguments[0]).EndsWith(Text(arguments[1]), StringComparison.Ordinal)));
        CelImplementation matches = static arguments => CelRegex.Compile(Text(arguments[1])) is { Regex: { } regex } ? CelBool.Of(regex.IsMatch(Text(arguments[0]))) : new CelError(CelRegex.Compile(Text(arguments[1])).Error);
        functions.Global("matches", "matches", [CelType.String, CelType.String], CelType.Bool, matches);
        functions.Member("matches", "matches_string", [CelType.String, CelType.String], CelType.Bool, matches);
    }

    private static string Text(CelValue value) => ((CelString)value).Value;
}
