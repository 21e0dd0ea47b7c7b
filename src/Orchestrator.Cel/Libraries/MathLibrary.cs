using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Extremes, rounding, signs and bits of numbers.</summary>
/// <remarks>Upstream: ext/math.go of cel-go.</remarks>
internal static class MathLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        builder.Macros.Add(new("least", CelMacros.AnyCount, true, static (parser, position, target, arguments) => Extreme(parser, position, target!, arguments, "least", "math.@min")));
        builder.Macros.Add(new("greatest", CelMacros.AnyCount, true, static (parser, position, target, arguments) => Extreme(parser, position, target!, arguments, "greatest", "math.@max")));
        DeclareExtremes(builder.Functions, "math.@min", 1);
        DeclareExtremes(builder.Functions, "math.@max", -1);
        DeclareRounding(builder.Functions);
        DeclareBits(builder.Functions);
    }

    private static CelExpression? Extreme(CelParser parser, int position, CelExpression target, CelExpression[] arguments, string name, string function)
    {
        if (target is not IdentExpression { Name: "math" }) return new CallExpression(position, name, target, arguments);
        if (arguments.Length == 0) return parser.Fail(target.Position, $"math.{name}() requires at least one argument");
        if (arguments.Length == 1)
        {
            var fits = arguments[0] is ListExpression list ? list.Elements.Length > 0 && list.Elements.All(MayBeNumber) : MayBeNumber(arguments[0]);
            return fits ? new CallExpression(position, function, null, arguments) : parser.Fail(arguments[0].Position, $"math.{name}() invalid single argument value");
        }

        if (arguments.FirstOrDefault(argument => !MayBeNumber(argument)) is { } wrong) return parser.Fail(wrong.Position, $"math.{name}() simple literal arguments must be numeric");
        return new CallExpression(position, function, null, arguments.Length == 2 ? arguments : [new ListExpression(position, arguments)]);
    }

    private static bool MayBeNumber(CelExpression argument) => argument switch
    {
        LiteralExpression { Value: CelInt or CelUint or CelDouble } => true,
        LiteralExpression or ListExpression or MapExpression or ObjectExpression => false,
        _ => true,
    };

    private static void DeclareExtremes(CelFunctions functions, string name, int replaceOn)
    {
        (CelType Type, string Id)[] numbers = [(CelType.Int, "int"), (CelType.Uint, "uint"), (CelType.Double, "double")];
        foreach (var (type, id) in numbers)
        {
            functions.Global(name, $"{name}_{id}", [type], type, static arguments => arguments[0]);
            functions.Global(name, $"{name}_list_{id}", [CelType.ListOf(type)], type, arguments => OfList(arguments[0], name, replaceOn));
            foreach (var (other, otherId) in numbers)
            {
                functions.Global(name, $"{name}_{id}_{otherId}", [type, other], type.Equals(other) ? type : CelType.Dyn, arguments => Pair(arguments[0], arguments[1], replaceOn));
            }
        }
    }

    private static CelValue Pair(CelValue left, CelValue right, int replaceOn) =>
        KubernetesListsLibrary.Compare(left, right, out var error) is { } order ? order == replaceOn ? right : left : error;

    private static CelValue OfList(CelValue value, string name, int replaceOn)
    {
        var list = (CelList)value;
        if (list.Count == 0) return new CelError($"{name}(list) argument must not be empty");
        var best = list[0];
        for (var i = 1; i < list.Count && best is not CelError; i++) best = Pair(best, list[i], replaceOn);
        return best is CelInt or CelUint or CelDouble ? best : new CelError($"no such overload: {name}");
    }

    private static void DeclareRounding(CelFunctions functions)
    {
        Double(functions, "ceil", Math.Ceiling);
        Double(functions, "floor", Math.Floor);
        Double(functions, "round", static value => Math.Round(value, MidpointRounding.AwayFromZero));
        Double(functions, "trunc", Math.Truncate);
        Test(functions, "isInf", double.IsInfinity);
        Test(functions, "isNaN", double.IsNaN);
        Test(functions, "isFinite", double.IsFinite);
        functions.Global("math.abs", "math_abs_double", [CelType.Double], CelType.Double, static arguments => CelDouble.Of(Math.Abs(((CelDouble)arguments[0]).Value)));
        functions.Global("math.abs", "math_abs_int", [CelType.Int], CelType.Int, static arguments =>
            ((CelInt)arguments[0]).Value is var value && value == long.MinValue ? CelError.IntegerOverflow : CelInt.Of(Math.Abs(value)));
        functions.Global("math.abs", "math_abs_uint", [CelType.Uint], CelType.Uint, static arguments => arguments[0]);
        functions.Global("math.sign", "math_sign_double", [CelType.Double], CelType.Double, static arguments =>
            ((CelDouble)arguments[0]).Value is var value && double.IsNaN(value) ? arguments[0] : CelDouble.Of(Math.Sign(value)));
        functions.Global("math.sign", "math_sign_int", [CelType.Int], CelType.Int, static arguments => CelInt.Of(Math.Sign(((CelInt)arguments[0]).Value)));
        functions.Global("math.sign", "math_sign_uint", [CelType.Uint], CelType.Uint, static arguments => CelUint.Of(((CelUint)arguments[0]).Value == 0 ? 0UL : 1UL));
        functions.Global("math.sqrt", "math_sqrt_double", [CelType.Double], CelType.Double, static arguments => CelDouble.Of(Math.Sqrt(((CelDouble)arguments[0]).Value)));
        functions.Global("math.sqrt", "math_sqrt_int", [CelType.Int], CelType.Double, static arguments => CelDouble.Of(Math.Sqrt(((CelInt)arguments[0]).Value)));
        functions.Global("math.sqrt", "math_sqrt_uint", [CelType.Uint], CelType.Double, static arguments => CelDouble.Of(Math.Sqrt(((CelUint)arguments[0]).Value)));
    }

    private static void Double(CelFunctions functions, string name, Func<double, double> round) =>
        functions.Global($"math.{name}", $"math_{name}_double", [CelType.Double], CelType.Double, arguments => CelDouble.Of(round(((CelDouble)arguments[0]).Value)));

    private static void Test(CelFunctions functions, string name, Func<double, bool> test) =>
        functions.Global($"math.{name}", $"math_{name}_double", [CelType.Double], CelType.Bool, arguments => CelBool.Of(test(((CelDouble)arguments[0]).Value)));

    private static void DeclareBits(CelFunctions functions)
    {
        Bits(functions, "bitAnd", static (left, right) => left & right);
        Bits(functions, "bitOr", static (left, right) => left | right);
        Bits(functions, "bitXor", static (left, right) => left ^ right);
        functions.Global("math.bitNot", "math_bitNot_int_int", [CelType.Int], CelType.Int, static arguments => CelInt.Of(~((CelInt)arguments[0]).Value));
        functions.Global("math.bitNot", "math_bitNot_uint_uint", [CelType.Uint], CelType.Uint, static arguments => CelUint.Of(~((CelUint)arguments[0]).Value));
        Shift(functions, "bitShiftLeft", static (value, bits) => value << bits);
        // Bits are moved in as zeros, whatever the sign.
        Shift(functions, "bitShiftRight", static (value, bits) => value >> bits);
    }

    private static void Bits(CelFunctions functions, string name, Func<ulong, ulong, ulong> combine)
    {
        functions.Global($"math.{name}", $"math_{name}_int_int", [CelType.Int, CelType.Int], CelType.Int, arguments =>
            CelInt.Of(unchecked((long)combine((ulong)((CelInt)arguments[0]).Value, (ulong)((CelInt)arguments[1]).Value))));
        functions.Global($"math.{name}", $"math_{name}_uint_uint", [CelType.Uint, CelType.Uint], CelType.Uint, arguments =>
            CelUint.Of(combine(((CelUint)arguments[0]).Value, ((CelUint)arguments[1]).Value)));
    }

    private static void Shift(CelFunctions functions, string name, Func<ulong, int, ulong> shift)
    {
        functions.Global($"math.{name}", $"math_{name}_int_int", [CelType.Int, CelType.Int], CelType.Int, arguments =>
            Shifted(unchecked((ulong)((CelInt)arguments[0]).Value), arguments[1], name, shift, static value => CelInt.Of(unchecked((long)value))));
        functions.Global($"math.{name}", $"math_{name}_uint_int", [CelType.Uint, CelType.Int], CelType.Uint, arguments =>
            Shifted(((CelUint)arguments[0]).Value, arguments[1], name, shift, static value => CelUint.Of(value)));
    }

    private static CelValue Shifted(ulong value, CelValue bits, string name, Func<ulong, int, ulong> shift, Func<ulong, CelValue> make)
    {
        var count = ((CelInt)bits).Value;
        if (count < 0) return new CelError($"math.{name}() negative offset: {count}");
        return make(count > 63 ? 0 : shift(value, (int)count));
    }
}
