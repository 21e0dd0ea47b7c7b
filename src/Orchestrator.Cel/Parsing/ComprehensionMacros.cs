using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Parsing;

/// <summary>The macros with two variables: index and element of a list, key and value of a map.</summary>
/// <remarks>Upstream: ext/comprehensions.go.</remarks>
internal static class ComprehensionMacros
{
    public static IReadOnlyList<CelMacro> All { get; } =
    [
        new("all", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, StandardMacros.Quantifier(position, all: true, arguments[2]))),
        new("exists", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, StandardMacros.Quantifier(position, all: false, arguments[2]))),
        new("existsOne", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, StandardMacros.ExactlyOne(position, arguments[2]))),
        new("exists_one", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, StandardMacros.ExactlyOne(position, arguments[2]))),
        new("transformList", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, StandardMacros.Append(position, null, arguments[2]))),
        new("transformList", 4, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, StandardMacros.Append(position, arguments[2], arguments[3]))),
        new("transformMap", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Insert(position, arguments, null, arguments[2]))),
        new("transformMap", 4, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Insert(position, arguments, arguments[2], arguments[3]))),
        new("transformMapEntry", 3, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Merge(position, null, arguments[2]))),
        new("transformMapEntry", 4, true, (parser, position, target, arguments) => Fold(parser, position, target!, arguments, Merge(position, arguments[2], arguments[3]))),
    ];

    private static StandardMacros.Plan Insert(int position, CelExpression[] arguments, CelExpression? filter, CelExpression value)
    {
        var key = new IdentExpression(arguments[0].Position, (arguments[0] as IdentExpression)?.Name ?? string.Empty);
        return IntoMap(position, filter, StandardMacros.Call(position, CelOperators.MapInsert, StandardMacros.Accumulator(position), key, value));
    }

    private static StandardMacros.Plan Merge(int position, CelExpression? filter, CelExpression entry) =>
        IntoMap(position, filter, StandardMacros.Call(position, CelOperators.MapInsert, StandardMacros.Accumulator(position), entry));

    private static StandardMacros.Plan IntoMap(int position, CelExpression? filter, CelExpression step) => new(
        new MapExpression(position, []),
        StandardMacros.Literal(position, CelBool.True),
        filter is null ? step : StandardMacros.Call(position, CelOperators.Conditional, filter, step, StandardMacros.Accumulator(position)),
        StandardMacros.Accumulator(position));

    private static CelExpression? Fold(CelParser parser, int position, CelExpression target, CelExpression[] arguments, StandardMacros.Plan plan)
    {
        if (Variable(arguments[0]) is not { } first) return parser.Fail(arguments[0].Position, "argument must be a simple name");
        if (Variable(arguments[1]) is not { } second) return parser.Fail(arguments[1].Position, "argument must be a simple name");
        if (first == second) return parser.Fail(arguments[1].Position, $"duplicate variable name: {first}");
        if (first == "__result__") return parser.Fail(arguments[0].Position, "iteration variable overwrites accumulator variable");
        if (second == "__result__") return parser.Fail(arguments[1].Position, "iteration variable overwrites accumulator variable");
        return new ComprehensionExpression(position)
        {
            Range = target,
            Variable = first,
            Variable2 = second,
            Initial = plan.Initial,
            Condition = plan.Condition,
            Step = plan.Step,
            Result = plan.Result,
        };
    }

    private static string? Variable(CelExpression argument) => argument is IdentExpression { Name: var name } && !name.StartsWith('.') ? name : null;
}
