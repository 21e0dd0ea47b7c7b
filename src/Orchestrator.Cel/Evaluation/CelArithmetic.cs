using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>What the operators do with values. The operands are no errors.</summary>
/// <remarks>Upstream: common/types/{int,uint,double,string,bytes,list,timestamp,duration}.go. An operand that knows the operator meets
/// "no such overload" when the other one does not fit; one that does not know it names the operator.</remarks>
internal static class CelArithmetic
{
    public static CelValue Add(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt l, CelInt r) => Overflows(l.Value, r.Value, l.Value + r.Value) ? CelError.IntegerOverflow : CelInt.Of(l.Value + r.Value),
        (CelUint l, CelUint r) => l.Value + r.Value < l.Value ? CelError.UnsignedOverflow : CelUint.Of(l.Value + r.Value),
        (CelDouble l, CelDouble r) => CelDouble.Of(l.Value + r.Value),
        (CelString l, CelString r) => CelString.Of(l.Value + r.Value),
        (CelBytes l, CelBytes r) => new CelBytes((byte[])[.. l.Value.Span, .. r.Value.Span]),
        (CelList l, CelList r) => l.Concat(r),
        (CelTimestamp l, CelDuration r) => l.Plus(r),
        (CelDuration l, CelTimestamp r) => r.Plus(l),
        (CelDuration l, CelDuration r) => Overflows(l.Nanoseconds, r.Nanoseconds, l.Nanoseconds + r.Nanoseconds) ? CelError.DurationOverflow : CelDuration.Of(l.Nanoseconds + r.Nanoseconds),
        (CelInt or CelUint or CelDouble or CelString or CelBytes or CelList or CelTimestamp or CelDuration, _) => CelError.NoSuchOverload,
        _ => new CelError("no such overload: _+_"),
    };

    public static CelValue Subtract(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt l, CelInt r) => OverflowsBelow(l.Value, r.Value, l.Value - r.Value) ? CelError.IntegerOverflow : CelInt.Of(l.Value - r.Value),
        (CelUint l, CelUint r) => r.Value > l.Value ? CelError.UnsignedOverflow : CelUint.Of(l.Value - r.Value),
        (CelDouble l, CelDouble r) => CelDouble.Of(l.Value - r.Value),
        (CelTimestamp l, CelDuration r) => l.Minus(r),
        (CelTimestamp l, CelTimestamp r) => l.Minus(r),
        (CelDuration l, CelDuration r) => OverflowsBelow(l.Nanoseconds, r.Nanoseconds, l.Nanoseconds - r.Nanoseconds) ? CelError.DurationOverflow : CelDuration.Of(l.Nanoseconds - r.Nanoseconds),
        (CelInt or CelUint or CelDouble or CelTimestamp or CelDuration, _) => CelError.NoSuchOverload,
        _ => new CelError("no such overload: _-_"),
    };

    public static CelValue Multiply(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt l, CelInt r) => Math.BigMul(l.Value, r.Value) is var product && product >= long.MinValue && product <= long.MaxValue ? CelInt.Of((long)product) : CelError.IntegerOverflow,
        (CelUint l, CelUint r) => Math.BigMul(l.Value, r.Value) is var product && product <= ulong.MaxValue ? CelUint.Of((ulong)product) : CelError.UnsignedOverflow,
        (CelDouble l, CelDouble r) => CelDouble.Of(l.Value * r.Value),
        (CelInt or CelUint or CelDouble, _) => CelError.NoSuchOverload,
        _ => new CelError("no such overload: _*_"),
    };

    public static CelValue Divide(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt, CelInt { Value: 0 }) or (CelUint, CelUint { Value: 0 }) => CelError.DivideByZero,
        (CelInt { Value: long.MinValue }, CelInt { Value: -1 }) => CelError.IntegerOverflow,
        (CelInt l, CelInt r) => CelInt.Of(l.Value / r.Value),
        (CelUint l, CelUint r) => CelUint.Of(l.Value / r.Value),
        (CelDouble l, CelDouble r) => CelDouble.Of(l.Value / r.Value),
        (CelInt or CelUint or CelDouble, _) => CelError.NoSuchOverload,
        _ => new CelError("no such overload: _/_"),
    };

    public static CelValue Modulo(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt, CelInt { Value: 0 }) or (CelUint, CelUint { Value: 0 }) => CelError.ModulusByZero,
        (CelInt { Value: long.MinValue }, CelInt { Value: -1 }) => CelError.IntegerOverflow,
        (CelInt l, CelInt r) => CelInt.Of(l.Value % r.Value),
        (CelUint l, CelUint r) => CelUint.Of(l.Value % r.Value),
        (CelInt or CelUint, _) => CelError.NoSuchOverload,
        _ => new CelError("no such overload: _%_"),
    };

    public static CelValue Negate(CelValue operand) => operand switch
    {
        CelInt { Value: long.MinValue } => CelError.IntegerOverflow,
        CelInt number => CelInt.Of(-number.Value),
        CelDouble number => CelDouble.Of(-number.Value),
        CelDuration { Nanoseconds: long.MinValue } => CelError.DurationOverflow,
        CelDuration duration => CelDuration.Of(-duration.Nanoseconds),
        CelBool => CelError.NoSuchOverload,
        _ => new CelError("no such overload: -_"),
    };

    public static CelValue Not(CelValue operand) => operand is CelBool truth ? CelBool.Of(!truth.Value) : CelError.NoSuchOverload;

    public static CelValue In(CelValue element, CelValue container) => container switch
    {
        CelList list => list.Contains(element),
        CelMap map => CelBool.Of(map.TryGet(element, out _)),
        _ => CelError.NoSuchOverload,
    };

    /// <summary>An ordering operator: the accepted outcomes of the comparison decide.</summary>
    public static CelValue Order(string function, CelValue left, CelValue right, bool less, bool equal, bool greater)
    {
        int order;
        switch (left, right)
        {
            case (CelInt or CelUint or CelDouble, CelInt or CelUint or CelDouble):
                if (CelNumber.Compare(left, right) is not { } numeric) return new CelError("NaN values cannot be ordered");
                order = numeric;
                break;
            case (CelString l, CelString r):
                order = CelString.Compare(l.Value, r.Value);
                break;
            case (CelBool l, CelBool r):
                order = l.Value.CompareTo(r.Value);
                break;
            case (CelBytes l, CelBytes r):
                order = l.Value.Span.SequenceCompareTo(r.Value.Span);
                break;
            case (CelTimestamp l, CelTimestamp r):
                order = l.CompareTo(r);
                break;
            case (CelDuration l, CelDuration r):
                order = l.Nanoseconds.CompareTo(r.Nanoseconds);
                break;
            case (CelInt or CelUint or CelDouble or CelString or CelBool or CelBytes or CelTimestamp or CelDuration, _):
                return CelError.NoSuchOverload;
            default:
                return new CelError($"no such overload: {function}");
        }

        return CelBool.Of(order < 0 ? less : order == 0 ? equal : greater);
    }

    private static bool Overflows(long left, long right, long sum) => ((left ^ sum) & (right ^ sum)) < 0;

    private static bool OverflowsBelow(long left, long right, long difference) => ((left ^ right) & (left ^ difference)) < 0;
}
