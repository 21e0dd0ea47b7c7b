using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Quantities such as <c>1.5Gi</c>.</summary>
/// <remarks>Upstream: pkg/cel/library/quantity.go of the apiserver.</remarks>
internal static class QuantityLibrary
{
    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var quantity = CelQuantity.TypeOfQuantities;
        builder.Type(quantity);
        functions.Global("quantity", "string_to_quantity", [CelType.String], quantity, static arguments => (CelValue?)CelQuantity.Parse(((CelString)arguments[0]).Value, out var error) ?? new CelError(error));
        functions.Global("isQuantity", "is_quantity_string", [CelType.String], CelType.Bool, static arguments => CelBool.Of(CelQuantity.Parse(((CelString)arguments[0]).Value, out _) is not null));
        // The sign is declared as a global function upstream, not as a member.
        functions.Global("sign", "quantity_sign", [quantity], CelType.Int, static arguments => CelInt.Of(((CelQuantity)arguments[0]).Sign));
        functions.Member("isGreaterThan", "quantity_is_greater_than", [quantity, quantity], CelType.Bool, static arguments => CelBool.Of(Compare(arguments) > 0));
        functions.Member("isLessThan", "quantity_is_less_than", [quantity, quantity], CelType.Bool, static arguments => CelBool.Of(Compare(arguments) < 0));
        functions.Member("compareTo", "quantity_compare_to", [quantity, quantity], CelType.Int, static arguments => CelInt.Of(Compare(arguments)));
        functions.Member("asApproximateFloat", "quantity_get_float", [quantity], CelType.Double, static arguments => CelDouble.Of(((CelQuantity)arguments[0]).ToDouble()));
        functions.Member("asInteger", "quantity_get_int", [quantity], CelType.Int, static arguments => ((CelQuantity)arguments[0]).ToInteger() is { } whole ? CelInt.Of(whole) : new CelError("cannot convert value to integer"));
        functions.Member("isInteger", "quantity_is_integer", [quantity], CelType.Bool, static arguments => CelBool.Of(((CelQuantity)arguments[0]).ToInteger() is not null));
        functions.Member("add", "quantity_add", [quantity, quantity], quantity, static arguments => ((CelQuantity)arguments[0]).Plus((CelQuantity)arguments[1], 1));
        functions.Member("add", "quantity_add_int", [quantity, CelType.Int], quantity, static arguments => ((CelQuantity)arguments[0]).Plus(CelQuantity.Of(((CelInt)arguments[1]).Value), 1));
        functions.Member("sub", "quantity_sub", [quantity, quantity], quantity, static arguments => ((CelQuantity)arguments[0]).Plus((CelQuantity)arguments[1], -1));
        functions.Member("sub", "quantity_sub_int", [quantity, CelType.Int], quantity, static arguments => ((CelQuantity)arguments[0]).Plus(CelQuantity.Of(((CelInt)arguments[1]).Value), -1));
    }

    private static int Compare(ReadOnlySpan<CelValue> arguments) => ((CelQuantity)arguments[0]).CompareTo((CelQuantity)arguments[1]);
}
