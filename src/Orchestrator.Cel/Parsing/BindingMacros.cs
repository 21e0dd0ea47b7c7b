using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Parsing;

/// <summary><c>cel.bind(name, value, expression)</c> and the optional values' <c>optMap</c> and <c>optFlatMap</c>, which bind too.</summary>
/// <remarks>Upstream: ext/bindings.go and cel/library.go.</remarks>
internal static class BindingMacros
{
    private const string Unused = "#unused";

    public static CelMacro Bind { get; } = new("bind", 3, true, ExpandBind);

    public static IReadOnlyList<CelMacro> Optional { get; } = [new("optMap", 2, true, (p, at, target, arguments) => OptMap(p, at, target!, arguments, flat: false)), new("optFlatMap", 2, true, (p, at, target, arguments) => OptMap(p, at, target!, arguments, flat: true))];

    private static CelExpression? ExpandBind(CelParser parser, int position, CelExpression? target, CelExpression[] arguments)
    {
        if (target is not IdentExpression { Name: "cel" }) return new CallExpression(position, "bind", target, arguments);
        if (arguments[0] is not IdentExpression { Name: var name } || name.StartsWith('.')) return parser.Fail(arguments[0].Position, "cel.bind() variable names must be simple identifiers");
        return Binding(position, name, arguments[1], arguments[2]);
    }

    private static CelExpression? OptMap(CelParser parser, int position, CelExpression target, CelExpression[] arguments, bool flat)
    {
        if (arguments[0] is not IdentExpression { Name: var name } || name.StartsWith('.'))
        {
            return parser.Fail(arguments[0].Position, $"{(flat ? "optFlatMap" : "optMap")}() variable name must be a simple identifier");
        }

        // The target is evaluated once: it is bound to a name that no source can spell.
        const string Target = "@target";
        var mapped = Binding(position, name, new CallExpression(position, "value", new IdentExpression(position, Target)), arguments[1]);
        CelExpression present = flat ? mapped : new CallExpression(position, "optional.of", null, mapped);
        var choice = new CallExpression(
            position,
            CelOperators.Conditional,
            null,
            new CallExpression(position, "hasValue", new IdentExpression(position, Target)),
            present,
            new CallExpression(position, "optional.none", null));
        return Binding(position, Target, target, choice);
    }

    private static ComprehensionExpression Binding(int position, string name, CelExpression value, CelExpression result) => new(position)
    {
        Range = new ListExpression(position, []),
        Variable = Unused,
        AccumulatorName = name,
        Initial = value,
        Condition = new LiteralExpression(position, CelBool.False),
        Step = new IdentExpression(position, name),
        Result = result,
    };
}
