using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>The steps of the operators.</summary>
internal static class CelOperatorSteps
{
    /// <summary>The step of an operator, or null when the function is none.</summary>
    public static CelStep? Make(string function, CelStep[] arguments, string overload) => (function, arguments) switch
    {
        (CelOperators.And, [var left, var right]) => new LogicStep(left, right, CelBool.False),
        (CelOperators.Or, [var left, var right]) => new LogicStep(left, right, CelBool.True),
        (CelOperators.Conditional, [var condition, var ifTrue, var ifFalse]) => new ConditionalStep(condition, ifTrue, ifFalse),
        (CelOperators.NotStrictlyFalse, [var operand]) => new NotStrictlyFalseStep(operand),
        (CelOperators.Index, [var operand, var index]) => new IndexStep(operand, index, optional: false),
        (CelOperators.OptionalIndex, [var operand, var index]) => new IndexStep(operand, index, optional: true),
        (CelOperators.Not, [var operand]) => new UnaryStep(operand, CelArithmetic.Not, CelRuntimeCosts.Of(function, overload)),
        (CelOperators.Negate, [var operand]) => new UnaryStep(operand, CelArithmetic.Negate, CelRuntimeCosts.Of(function, overload)),
        (_, [var left, var right]) when Binary(function) is { } operation => new BinaryStep(left, right, operation, CelRuntimeCosts.Of(function, overload)),
        _ => null,
    };

    private static Func<CelValue, CelValue, CelValue>? Binary(string function) => function switch
    {
        CelOperators.Equal => static (left, right) => CelBool.Of(left.EqualTo(right)),
        CelOperators.NotEqual => static (left, right) => CelBool.Of(!left.EqualTo(right)),
        CelOperators.Less => static (left, right) => CelArithmetic.Order(CelOperators.Less, left, right, less: true, equal: false, greater: false),
        CelOperators.LessOrEqual => static (left, right) => CelArithmetic.Order(CelOperators.LessOrEqual, left, right, less: true, equal: true, greater: false),
        CelOperators.Greater => static (left, right) => CelArithmetic.Order(CelOperators.Greater, left, right, less: false, equal: false, greater: true),
        CelOperators.GreaterOrEqual => static (left, right) => CelArithmetic.Order(CelOperators.GreaterOrEqual, left, right, less: false, equal: true, greater: true),
        CelOperators.Add => CelArithmetic.Add,
        CelOperators.Subtract => CelArithmetic.Subtract,
        CelOperators.Multiply => CelArithmetic.Multiply,
        CelOperators.Divide => CelArithmetic.Divide,
        CelOperators.Modulo => CelArithmetic.Modulo,
        CelOperators.In => CelArithmetic.In,
        CelOperators.MapInsert => static (map, entries) => Merge(map, entries),
        _ => null,
    };

    private static CelValue Merge(CelValue map, CelValue entries)
    {
        if (map is not AccumulatorMap accumulator || entries is not CelMap added) return CelError.NoSuchOverload;
        foreach (var key in added.Keys)
        {
            if (added.TryGet(key, out var value) && accumulator.Insert(key, value) is CelError error) return error;
        }

        return map;
    }
}
