using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Costs;

/// <summary>A vertex as the cost rules see it: what it is, where its data comes from, and its size if the expression tells it.</summary>
internal sealed record CostOperand(CelType Type, CelExpression? Expression, IReadOnlyList<string> Path, CelSizeEstimate? ComputedSize);

/// <summary>What a call is estimated to cost, and the size of its result if it has one.</summary>
internal readonly record struct CallEstimate(CelCostEstimate Cost, CelSizeEstimate? ResultSize = null);

/// <summary>Estimates what evaluations of an expression can cost.</summary>
/// <remarks>Upstream: checker/cost.go of cel-go with PresenceTestHasCost off, as Kubernetes sets it. Estimates decide which rules a
/// CustomResourceDefinition may have, so each deviation would be a break of the API.</remarks>
internal sealed partial class CelCostEstimator
{
    private static readonly CelCostEstimate One = CelCostEstimate.Exactly(1);

    private readonly ICelSizes _sizes;
    private readonly Dictionary<CelExpression, IReadOnlyList<string>> _paths = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CelExpression, CelSizeEstimate> _computed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CelExpression, EntrySize> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Stack<Local>> _locals = new(StringComparer.Ordinal);

    private CelCostEstimator(ICelSizes sizes) => _sizes = sizes;

    /// <summary>The sizes of the keys and values of a container that the expression itself makes.</summary>
    private sealed record EntrySize(bool IsList, CelSizeEstimate Key, CelSizeEstimate Value)
    {
        public static EntrySize? Union(EntrySize? left, EntrySize? right) =>
            left is null || right is null ? null : left with { Key = left.Key.Union(right.Key), Value = left.Value.Union(right.Value) };
    }

    private sealed record Local(IReadOnlyList<string> Path, CelSizeEstimate? Size, EntrySize? Entry);

    public static CelCostEstimate Estimate(CelExpression expression, ICelSizes sizes) => new CelCostEstimator(sizes).Cost(expression);

    private CelCostEstimate Cost(CelExpression expression) => expression switch
    {
        LiteralExpression => default,
        IdentExpression ident => Ident(ident),
        SelectExpression select => Select(select),
        CallExpression call => Call(call),
        ListExpression list => List(list),
        MapExpression map => Map(map),
        ObjectExpression obj => obj.Fields.Aggregate(CelCostEstimate.Exactly(CelCosts.ObjectLiteral), (sum, field) => sum.Plus(Cost(field.Value))),
        ComprehensionExpression fold => IsBinding(fold) ? Binding(fold) : Fold(fold),
        _ => default,
    };

    private CelCostEstimate Ident(IdentExpression ident)
    {
        _paths[ident] = Find(ident.Name)?.Path ?? [ident.Resolved ?? ident.Name];
        return One;
    }

    private CelCostEstimate Select(SelectExpression select)
    {
        if (select.Qualified is { } qualified)
        {
            _paths[select] = [qualified.Resolved!];
            return One;
        }

        // Optional selection is a call of the function _?._ upstream, with the field as a constant.
        if (select.Optional) return Cost(select.Operand).Plus(One);
        var operand = Cost(select.Operand);
        if (select.TestOnly) return operand;
        _paths[select] = [.. Path(select.Operand), select.Field];
        var target = select.Operand.Type;
        return target.Kind is CelTypeKind.Map or CelTypeKind.Object or CelTypeKind.Parameter ? operand.Plus(One) : operand;
    }

    private CelCostEstimate Call(CallExpression call)
    {
        if (call.Function == "dyn" && call.Arguments.Length == 1)
        {
            var cost = One.Plus(Cost(call.Arguments[0]));
            Copy(call.Arguments[0], call);
            return cost;
        }

        var argumentCosts = new CelCostEstimate[call.Arguments.Length];
        var arguments = new CostOperand[call.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            argumentCosts[i] = Cost(call.Arguments[i]);
            arguments[i] = Operand(call.Arguments[i]);
        }

        if (call.Overloads.Count == 0) return default;
        var sum = default(CelCostEstimate);
        CostOperand? target = null;
        if (call.Target is not null)
        {
            sum = Cost(call.Target);
            target = Operand(call.Target);
        }

        var range = new CelCostEstimate(ulong.MaxValue, 0);
        CelSizeEstimate? size = null;
        foreach (var overload in call.Overloads)
        {
            var estimate = Function(call, overload.Id, target, arguments, argumentCosts);
            range = range.Union(estimate.Cost);
            if (estimate.ResultSize is { } result) size = size is { } known ? known.Union(result) : result;
            if (overload.Id is "index_list" or "index_map")
            {
                size = Entry(call.Arguments[0])?.Value;
                _paths[call] = [.. Path(call.Arguments[0]), overload.Id == "index_list" ? "@items" : "@values"];
            }

            size ??= Size(call);
        }

        if (size is { } found) _computed[call] = found;
        return sum.Plus(range);
    }

    private CelCostEstimate List(ListExpression list)
    {
        var sum = default(CelCostEstimate);
        var items = new CelSizeEstimate(list.Elements.Length == 0 ? 0 : ulong.MaxValue, 0);
        foreach (var element in list.Elements)
        {
            sum = sum.Plus(Cost(element));
            items = items.Union(SizeOrUnknown(element));
        }

        _entries[list] = new EntrySize(true, CelSizeEstimate.Exactly(1), items);
        return sum.Plus(CelCostEstimate.Exactly(CelCosts.ListLiteral));
    }

    private CelCostEstimate Map(MapExpression map)
    {
        var sum = default(CelCostEstimate);
        var least = map.Entries.Length == 0 ? 0 : ulong.MaxValue;
        var (keys, values) = (new CelSizeEstimate(least, 0), new CelSizeEstimate(least, 0));
        foreach (var entry in map.Entries)
        {
            sum = sum.Plus(Cost(entry.Key)).Plus(Cost(entry.Value));
            keys = keys.Union(SizeOrUnknown(entry.Key));
            values = values.Union(SizeOrUnknown(entry.Value));
        }

        _entries[map] = new EntrySize(false, keys, values);
        return sum.Plus(CelCostEstimate.Exactly(CelCosts.MapLiteral));
    }

    private static bool IsBinding(ComprehensionExpression fold) =>
        fold is { Range: ListExpression { Elements.Length: 0 }, Condition: LiteralExpression { Value: CelBool { Value: false } } } && fold.AccumulatorName != ComprehensionExpression.Accumulator;

    private CelCostEstimate Binding(ComprehensionExpression fold)
    {
        var sum = Cost(fold.Range).Plus(Cost(fold.Initial));
        Push(fold.AccumulatorName, new Local(Path(fold.Initial), Size(fold.Initial), Entry(fold.Initial)));
        sum = sum.Plus(Cost(fold.Result));
        // The sizes are copied while the name still means the bound value.
        Copy(fold.Result, fold);
        Pop(fold.AccumulatorName);
        return sum;
    }

    private CelCostEstimate Fold(ComprehensionExpression fold)
    {
        var sum = Cost(fold.Range).Plus(Cost(fold.Initial));
        Push(fold.AccumulatorName, new Local(Path(fold.Initial), Size(fold.Initial), Entry(fold.Initial)));
        var entry = Entry(fold.Range);
        var isList = entry?.IsList ?? fold.Range.Type.Kind == CelTypeKind.List;
        var path = Path(fold.Range);
        if (fold.Variable2 is not null)
        {
            Push(fold.Variable, new Local([.. path, isList ? "@indices" : "@keys"], entry?.Key, null));
            Push(fold.Variable2, new Local([.. path, isList ? "@items" : "@values"], entry?.Value, null));
        }
        else
        {
            Push(fold.Variable, new Local([.. path, isList ? "@items" : "@keys"], isList ? entry?.Value : entry?.Key, null));
        }

        var loop = Cost(fold.Condition).Plus(Cost(fold.Step));
        Pop(fold.Variable);
        if (fold.Variable2 is not null) Pop(fold.Variable2);
        sum = sum.Plus(Cost(fold.Result));
        Pop(fold.AccumulatorName);
        var count = SizeOrUnknown(fold.Range);
        sum = sum.Plus(count.Times(loop));
        switch (fold.Initial)
        {
            case LiteralExpression when Size(fold.Initial) is { } literal:
                _computed[fold] = literal;
                break;
            case ListExpression or MapExpression:
                _computed[fold] = count;
                if (Entry(fold.Step) is { } step) _entries[fold] = step;
                break;
            default:
                break;
        }

        return sum;
    }

    private void Push(string name, Local local)
    {
        if (!_locals.TryGetValue(name, out var stack)) _locals.Add(name, stack = new Stack<Local>());
        stack.Push(local);
    }

    private void Pop(string name) => _locals[name].Pop();

    private Local? Find(string name) => _locals.TryGetValue(name, out var stack) && stack.TryPeek(out var local) ? local : null;

    private IReadOnlyList<string> Path(CelExpression expression)
    {
        if (expression is IdentExpression ident && Find(ident.Name) is { } local) return local.Path;
        return _paths.GetValueOrDefault(expression) ?? [];
    }

    private CostOperand Operand(CelExpression expression)
    {
        var path = Path(expression);
        if (path.Count > 0 && path[0] == ComprehensionExpression.Accumulator) path = [];
        return new CostOperand(expression.Type, expression, path, Size(expression));
    }

    private void Copy(CelExpression from, CelExpression to)
    {
        if (Size(from) is { } size) _computed[to] = size;
        if (Entry(from) is { } entry) _entries[to] = entry;
    }

    private EntrySize? Entry(CelExpression? expression)
    {
        if (expression is null) return null;
        if (_entries.TryGetValue(expression, out var entry)) return entry;
        return expression is IdentExpression ident ? Find(ident.Name)?.Entry : null;
    }

    private CelSizeEstimate SizeOrUnknown(CelExpression expression) => Size(expression) ?? CelSizeEstimate.Unknown;

    private CelSizeEstimate? Size(CelExpression expression)
    {
        if (_computed.TryGetValue(expression, out var computed)) return computed;
        var literal = expression switch
        {
            LiteralExpression { Value: var value } => CelSizeEstimate.Exactly(value.CostSize),
            ListExpression list => CelSizeEstimate.Exactly((ulong)list.Elements.Length),
            MapExpression map => CelSizeEstimate.Exactly((ulong)map.Entries.Length),
            _ => default(CelSizeEstimate?),
        };
        if (literal is not null) return literal;
        if (_sizes.Find(Path(expression)) is { } known) return _computed[expression] = known;
        if (IsScalar(expression.Type)) return CelSizeEstimate.Exactly(1);
        return expression is IdentExpression ident ? Find(ident.Name)?.Size : null;
    }

    private static bool IsScalar(CelType type) => type.Kind switch
    {
        CelTypeKind.Bool or CelTypeKind.Double or CelTypeKind.Duration or CelTypeKind.Int or CelTypeKind.Timestamp or CelTypeKind.Uint => true,
        CelTypeKind.Opaque when type.IsOptional => IsScalar(type.Parameters[0]),
        _ => false,
    };
}
