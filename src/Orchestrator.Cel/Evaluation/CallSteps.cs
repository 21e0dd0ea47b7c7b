using System.Runtime.CompilerServices;
using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary><c>a &amp;&amp; b</c> and <c>a || b</c>: the deciding value wins over an error on either side.</summary>
internal sealed class LogicStep(CelStep left, CelStep right, CelBool deciding) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var first = left.Run(frame);
        if (ReferenceEquals(first, deciding)) return deciding;
        var second = right.Run(frame);
        if (ReferenceEquals(second, deciding)) return deciding;
        if (first is CelBool && second is CelBool) return first;
        return first is CelError ? first : second is CelError ? second : CelError.NoSuchOverload;
    }
}

/// <summary>Whether a value is anything but <c>false</c>; errors count as undecided.</summary>
internal sealed class NotStrictlyFalseStep(CelStep operand) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var value = operand.Run(frame);
        frame.Charge(1);
        return CelBool.Of(!ReferenceEquals(value, CelBool.False));
    }
}

internal sealed class UnaryStep(CelStep operand, Func<CelValue, CelValue> operation, CelCallCost cost) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var value = operand.Run(frame);
        if (value is CelError) return value;
        if (frame.Ended is { } ended) return ended;
        var result = operation(value);
        frame.Charge(cost([value], result));
        return result;
    }
}

internal sealed class BinaryStep(CelStep left, CelStep right, Func<CelValue, CelValue, CelValue> operation, CelCallCost cost) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var first = left.Run(frame);
        if (first is CelError) return first;
        var second = right.Run(frame);
        if (second is CelError) return second;
        if (frame.Ended is { } ended) return ended;
        // An accumulator grows in place, so its size is taken before.
        var charged = cost([first, second], CelBool.True);
        var result = operation(first, second);
        frame.Charge(charged);
        return result;
    }
}

/// <summary><c>value in [constants]</c>, looked up in a set.</summary>
/// <remarks>Upstream: maybeOptimizeSetMembership of interpreter/decorators.go; like there the look-up itself costs nothing.</remarks>
internal sealed class MembershipStep(CelStep element, HashSet<CelValue> set) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var value = element.Run(frame);
        return value is CelError ? value : CelBool.Of(set.Contains(value));
    }
}

/// <summary>A call of a function.</summary>
internal sealed class CallStep(string function, IReadOnlyList<CelOverload> overloads, CelStep[] arguments, CelCallCost cost) : CelStep
{
    public override CelValue Run(CelFrame frame)
    {
        var values = default(Four);
        var span = arguments.Length <= Four.Length ? ((Span<CelValue>)values)[..arguments.Length] : new CelValue[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = arguments[i].Run(frame);
            if (value is CelError) return value;
            span[i] = value;
        }

        if (frame.Ended is { } ended) return ended;
        var result = Call(function, overloads, span);
        frame.Charge(cost(span, result));
        return result;
    }

    internal static CelValue Call(string function, IReadOnlyList<CelOverload> overloads, ReadOnlySpan<CelValue> arguments)
    {
        foreach (var overload in overloads)
        {
            if (overload.Accepts(arguments)) return overload.Implementation(arguments);
        }

        var types = new string[arguments.Length];
        for (var i = 0; i < types.Length; i++) types[i] = arguments[i].Type.RuntimeName;
        return new CelError($"no such overload: {function}({string.Join(", ", types)})");
    }

    /// <summary>Room for the arguments of most calls without an array on the heap.</summary>
    [InlineArray(Length)]
    private struct Four
    {
        public const int Length = 4;
        private CelValue _first;
    }
}
