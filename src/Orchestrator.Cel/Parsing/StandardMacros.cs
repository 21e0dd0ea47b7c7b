using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Parsing;

/// <summary>The macros of the language: has, all, exists, exists_one, map and filter.</summary>
/// <remarks>Upstream: parser/macro.go. The expansions are upstream's to the vertex, because the cost model counts them.</remarks>
internal static class StandardMacros
{
    public static IReadOnlyList<CelMacro> All { get; } =
    [
        new("has", 1, false, Has),
        new("all", 2, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Quantifier(position, all: true, arguments[1]))),
        new("exists", 2, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Quantifier(position, all: false, arguments[1]))),
        new("exists_one", 2, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, ExactlyOne(position, arguments[1]))),
        new("existsOne", 2, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, ExactlyOne(position, arguments[1]))),
        new("map", 2, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Append(position, null, arguments[1]), "argument is not an identifier")),
        new("map", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Append(position, arguments[1], arguments[2]), "argument is not an identifier")),
        new("filter", 2, true, (parser, position, target, arguments) => Fold(
            parser, position, target!, arguments, Append(position, arguments[1], new IdentExpression(arguments[0].Position, (arguments[0] as IdentExpression)?.Name ?? string.Empty)), "argument is not an identifier")),
    ];

    /// <summary>What a fold does: its start, when it goes on, each step, and its result.</summary>
    internal sealed record Plan(CelExpression Initial, CelExpression Condition, CelExpression Step, CelExpression Result);

    internal static IdentExpression Accumulator(int position) => new(position, ComprehensionExpression.Accumulator);

    internal static CallExpression Call(int position, string function, params CelExpression[] arguments) => new(position, function, null, arguments);

    internal static LiteralExpression Literal(int position, CelValue value) => new(position, value);

    /// <summary>Stops at the first element that decides; an error of an element does not decide.</summary>
    internal static Plan Quantifier(int position, bool all, CelExpression predicate)
    {
        CelExpression undecided = all ? Accumulator(position) : Call(position, CelOperators.Not, Accumulator(position));
        return new Plan(
            Literal(position, CelBool.Of(all)),
            Call(position, CelOperators.NotStrictlyFalse, undecided),
            Call(position, all ? CelOperators.And : CelOperators.Or, Accumulator(position), predicate),
            Accumulator(position));
    }

    internal static Plan ExactlyOne(int position, CelExpression predicate) => new(
        Literal(position, CelInt.Of(0)),
        Literal(position, CelBool.True),
        Call(position, CelOperators.Conditional, predicate, Call(position, CelOperators.Add, Accumulator(position), Literal(position, CelInt.Of(1))), Accumulator(position)),
        Call(position, CelOperators.Equal, Accumulator(position), Literal(position, CelInt.Of(1))));

    /// <summary>Collects a value of each element that the filter admits.</summary>
    internal static Plan Append(int position, CelExpression? filter, CelExpression value)
    {
        CelExpression step = Call(position, CelOperators.Add, Accumulator(position), new ListExpression(position, [value]));
        if (filter is not null) step = Call(position, CelOperators.Conditional, filter, step, Accumulator(position));
        return new Plan(new ListExpression(position, []), Literal(position, CelBool.True), step, Accumulator(position));
    }

    private static CelExpression? Fold(
        CelParser parser, int position, CelExpression target, CelExpression[] arguments, Plan plan, string notAName = "argument must be a simple name")
    {
        if (arguments[0] is not IdentExpression { Name: var variable } || variable.StartsWith('.')) return parser.Fail(arguments[0].Position, notAName);
        if (variable == ComprehensionExpression.Accumulator || variable == "__result__") return parser.Fail(arguments[0].Position, "iteration variable overwrites accumulator variable");
        return new ComprehensionExpression(position)
        {
            Range = target,
            Variable = variable,
            Initial = plan.Initial,
            Condition = plan.Condition,
            Step = plan.Step,
            Result = plan.Result,
        };
    }

    private static CelExpression? Has(CelParser parser, int position, CelExpression? target, CelExpression[] arguments) =>
        arguments[0] is SelectExpression { TestOnly: false, Optional: false } select
            ? new SelectExpression(position, select.Operand, select.Field, testOnly: true)
            : parser.Fail(arguments[0].Position, "invalid argument to has() macro");
}
