using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Libraries;
using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>Turns a checked tree into steps: names become slots, constant literals and conversions are computed once.</summary>
/// <remarks>Upstream: interpreter/planner.go and the Optimize decorator, whose folding the runtime cost shows.</remarks>
internal sealed class CelPlanner(CelDeclarations declarations)
{
    /// <summary>Functions whose value for a constant is a constant.</summary>
    private static readonly HashSet<string> Conversions = new(StringComparer.Ordinal)
    {
        "bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint",
    };

    private readonly List<string> _globals = [];
    private readonly List<(string Name, int Slot)> _locals = [];
    private int _slots;

    public int LocalCount => _slots;

    public int GlobalCount => _globals.Count;

    public CelStep Plan(CelExpression expression) => expression switch
    {
        LiteralExpression literal => new ConstantStep(literal.Value),
        IdentExpression ident => Ident(ident),
        SelectExpression { Qualified: { } qualified } => Ident(qualified),
        SelectExpression { TestOnly: true } test => new PresenceStep(Plan(test.Operand), test.Field),
        SelectExpression select => new SelectStep(Plan(select.Operand), select.Field, select.Optional),
        CallExpression call => Call(call),
        ListExpression list => List(list),
        MapExpression map => Map(map),
        ObjectExpression obj => Object(obj),
        ComprehensionExpression fold => Fold(fold),
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private CelStep Ident(IdentExpression ident)
    {
        if (ident.Constant is { } constant) return new ConstantStep(constant);
        var local = ident.Resolved is null ? _locals.FindLastIndex(candidate => candidate.Name == ident.Name) : -1;
        if (local >= 0) return new LocalStep(_locals[local].Slot);
        var name = ident.Resolved ?? ident.Name;
        var index = _globals.IndexOf(name);
        if (index < 0)
        {
            index = _globals.Count;
            _globals.Add(name);
        }

        return new GlobalStep(index, name);
    }

    private CelStep Call(CallExpression call)
    {
        var overloads = call.Overloads.Count > 0 ? call.Overloads : Unchecked(call);
        var single = call.Overloads.Count == 1 ? call.Overloads[0].Id : string.Empty;
        CelStep[] arguments = call.Target is null ? [.. call.Arguments.Select(Plan)] : [Plan(call.Target), .. call.Arguments.Select(Plan)];
        if (call.Function == CelOperators.In && Membership(arguments) is { } membership) return membership;
        if (CelOperatorSteps.Make(call.Function, arguments, single) is { } step) return step;
        var made = new CallStep(call.Function, overloads, RegexFolded(call, arguments), CelRuntimeCosts.Of(call.Function, single));
        if (!Conversions.Contains(call.Function) || arguments is not [ConstantStep constant]) return made;
        var value = CallStep.Call(call.Function, overloads, [constant.Value]);
        return value is CelError ? made : new ConstantStep(value);
    }

    /// <summary>All overloads that a call could mean when the checker chose none, because the expression is evaluated unchecked.</summary>
    private List<CelOverload> Unchecked(CallExpression call) =>
        declarations.FindFunction(call.Function)?.Overloads.Where(overload => overload.IsMember == (call.Target is not null)).ToList() ?? [];

    /// <summary>A constant regular expression is compiled now, so that evaluating it finds it ready.</summary>
    private static CelStep[] RegexFolded(CallExpression call, CelStep[] arguments)
    {
        if (call.Function == "matches" && arguments is [_, ConstantStep { Value: CelString pattern }]) CelRegex.Compile(pattern.Value);
        return arguments;
    }

    private static CelStep? Membership(CelStep[] arguments)
    {
        if (arguments[1] is not ConstantStep { Value: CelList list }) return null;
        var set = new HashSet<CelValue>(CelValueComparer.Instance);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not (CelBool or CelInt or CelUint or CelDouble or CelString)) return null;
            set.Add(list[i]);
        }

        return list.Count == 0 ? new ConstantStep(CelBool.False) : new MembershipStep(arguments[0], set);
    }

    private CelStep List(ListExpression list)
    {
        CelStep[] elements = [.. list.Elements.Select(Plan)];
        if (!list.HasOptional && elements.All(element => element is ConstantStep)) return new ConstantStep(CelList.Of(elements.Select(element => ((ConstantStep)element).Value)));
        return new ListStep(elements, [.. Enumerable.Range(0, elements.Length).Select(list.IsOptional)]);
    }

    private CelStep Map(MapExpression map)
    {
        CelStep[] keys = [.. map.Entries.Select(entry => Plan(entry.Key))];
        CelStep[] values = [.. map.Entries.Select(entry => Plan(entry.Value))];
        if (keys.Concat(values).All(step => step is ConstantStep) && !map.Entries.Any(entry => entry.Optional) && Constant(keys, values) is { } constant) return constant;
        return new MapStep(keys, values, [.. map.Entries.Select(entry => entry.Optional)]);
    }

    private static ConstantStep? Constant(CelStep[] keys, CelStep[] values)
    {
        var entries = new Dictionary<CelValue, CelValue>(keys.Length, CelValueComparer.Instance);
        for (var i = 0; i < keys.Length; i++)
        {
            if (MapStep.AddEntry(entries, ((ConstantStep)keys[i]).Value, ((ConstantStep)values[i]).Value) is not null) return null;
        }

        return new ConstantStep(CelMap.Over(entries));
    }

    private ObjectStep Object(ObjectExpression obj)
    {
        var type = obj.Type;
        var defaults = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var provider in declarations.Providers.Where(provider => provider.IsObjectType(type.RuntimeName)).Take(1))
        {
            foreach (var field in provider.Fields(type.RuntimeName))
            {
                if (provider.FindField(type.RuntimeName, field) is { } fieldType) defaults[field] = Zero(fieldType);
            }
        }

        return new ObjectStep(
            type,
            [.. obj.Fields.Select(field => field.Name)],
            [.. obj.Fields.Select(field => Plan(field.Value))],
            [.. obj.Fields.Select(field => field.Optional)],
            defaults);
    }

    private static CelValue Zero(CelType type) => type.Kind switch
    {
        CelTypeKind.Bool => CelBool.False,
        CelTypeKind.Int => CelInt.Of(0),
        CelTypeKind.Uint => CelUint.Of(0),
        CelTypeKind.Double => CelDouble.Of(0),
        CelTypeKind.String => CelString.Empty,
        CelTypeKind.Bytes => new CelBytes(ReadOnlyMemory<byte>.Empty),
        CelTypeKind.List => CelList.Of(),
        CelTypeKind.Map => CelMap.Empty,
        _ => CelNull.Instance,
    };

    private FoldStep Fold(ComprehensionExpression fold)
    {
        var range = Plan(fold.Range);
        var initial = Plan(fold.Initial);
        var slots = new FoldSlots(_slots++, _slots++, fold.Variable2 is null ? null : _slots++);
        _locals.Add((fold.AccumulatorName, slots.Accumulator));
        _locals.Add((fold.Variable, slots.First));
        if (fold.Variable2 is not null) _locals.Add((fold.Variable2, slots.Second!.Value));
        var condition = Plan(fold.Condition);
        var step = Plan(fold.Step);
        _locals.RemoveRange(_locals.Count - (fold.Variable2 is null ? 1 : 2), fold.Variable2 is null ? 1 : 2);
        var result = Plan(fold.Result);
        _locals.RemoveAt(_locals.Count - 1);
        return new FoldStep(range, initial, condition, step, result, slots);
    }
}
