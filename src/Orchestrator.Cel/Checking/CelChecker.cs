using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Checking;

/// <summary>Finds the type of every vertex and the overloads of every call, and reports what does not fit.</summary>
/// <remarks>Upstream: checker/checker.go.</remarks>
internal sealed partial class CelChecker
{
    private readonly CelDeclarations _declarations;
    private readonly CelIssues _issues;
    private readonly CelUnification _types = new();
    private readonly List<CelExpression> _visited = [];
    private CelScope _scope = new(null);

    private CelChecker(CelDeclarations declarations, CelIssues issues)
    {
        _declarations = declarations;
        _issues = issues;
    }

    /// <summary>Checks an expression; its type is in it afterwards.</summary>
    public static void Check(CelExpression expression, CelDeclarations declarations, CelIssues issues)
    {
        var checker = new CelChecker(declarations, issues);
        checker.Check(expression);
        foreach (var vertex in checker._visited) vertex.Type = checker._types.Substitute(vertex.Type, unknownToDyn: true);
        if (declarations.HomogeneousLiterals && !issues.Any) CelLiteralRules.CheckHomogeneity(expression, issues);
    }

    private void Check(CelExpression expression)
    {
        _visited.Add(expression);
        expression.Type = expression switch
        {
            LiteralExpression literal => literal.Value.Type,
            IdentExpression ident => Ident(ident),
            SelectExpression select => Select(select),
            CallExpression call => Call(call),
            ListExpression list => List(list),
            MapExpression map => Map(map),
            ObjectExpression obj => Object(obj),
            ComprehensionExpression comprehension => Comprehension(comprehension),
            _ => throw new InvalidOperationException(expression.GetType().Name),
        };
    }

    private CelType Ident(IdentExpression ident)
    {
        if (!ident.Name.StartsWith('.') && _scope.Find(ident.Name) is { } local) return local;
        if (_declarations.FindName(ident.Name) is { } found)
        {
            ident.Resolved = found.Name;
            ident.Constant = found.Constant;
            return found.Type;
        }

        _issues.Report(ident.Position, $"undeclared reference to '{ident.Name}' (in container '{_declarations.Container}')");
        return CelType.Error;
    }

    private CelType Select(SelectExpression select)
    {
        if (!select.TestOnly && !select.Optional && QualifiedName(select) is { } name && !ShadowedByLocal(name) && _declarations.FindName(name) is { } found)
        {
            select.Qualified = new IdentExpression(select.Position, name) { Resolved = found.Name, Constant = found.Constant, Type = found.Type };
            return found.Type;
        }

        var field = Field(select);
        return select.TestOnly ? CelType.Bool : field;
    }

    private CelType Field(SelectExpression select)
    {
        Check(select.Operand);
        var operand = _types.Substitute(select.Operand.Type, unknownToDyn: false);
        var target = operand.IsOptional ? operand.Parameters[0] : operand;
        var result = CelType.Error;
        switch (target.Kind)
        {
            case CelTypeKind.Map:
                result = target.Parameters[1];
                break;
            case CelTypeKind.Object:
                if (_declarations.FindField(target.RuntimeName, select.Field) is { } field) result = field;
                else _issues.Report(select.Position, $"undefined field '{select.Field}'");
                break;
            case CelTypeKind.Parameter:
                _types.IsAssignable(CelType.Dyn, target);
                result = CelType.Dyn;
                break;
            default:
                if (!target.IsDynOrError) _issues.Report(select.Position, $"type '{target}' does not support field selection");
                result = CelType.Dyn;
                break;
        }

        return (operand.IsOptional || select.Optional) && !result.IsOptional ? CelType.OptionalOf(result) : result;
    }

    private CelType List(ListExpression list)
    {
        CelType? element = null;
        for (var i = 0; i < list.Elements.Length; i++)
        {
            var item = list.Elements[i];
            Check(item);
            var type = item.Type;
            if (list.IsOptional(i) && Unwrapped(item, type) is { } inner) type = inner;
            element = Join(element, type);
        }

        return CelType.ListOf(element ?? _types.Fresh());
    }

    private CelType Map(MapExpression map)
    {
        CelType? key = null;
        CelType? value = null;
        foreach (var entry in map.Entries)
        {
            Check(entry.Key);
            key = Join(key, entry.Key.Type);
            Check(entry.Value);
            var type = entry.Value.Type;
            if (entry.Optional && Unwrapped(entry.Value, type) is { } inner) type = inner;
            value = Join(value, type);
        }

        return CelType.MapOf(key ?? _types.Fresh(), value ?? _types.Fresh());
    }

    /// <summary>What an entry marked optional holds; null, with the issue reported, when it is no optional.</summary>
    private CelType? Unwrapped(CelExpression item, CelType type)
    {
        var known = _types.Substitute(type, unknownToDyn: false);
        if (known.IsOptional) return known.Parameters[0];
        if (known.IsDynOrError) return known;
        _issues.Report(item.Position, $"expected type '{CelType.OptionalOf(known)}' but found '{known}'");
        return null;
    }

    private CelType Object(ObjectExpression obj)
    {
        var name = _declarations.FindObject(obj.Name);
        if (name is null)
        {
            if (_declarations.FindName(obj.Name) is { } other) _issues.Report(obj.Position, other.Constant is CelTypeValue ? $"'{other.Name}' is not a message type" : $"'{other.Type}' is not a type");
            else _issues.Report(obj.Position, $"undeclared reference to '{obj.Name}' (in container '{_declarations.Container}')");
        }

        foreach (var field in obj.Fields)
        {
            Check(field.Value);
            var expected = name is null ? CelType.Error : _declarations.FindField(name, field.Name);
            if (expected is null)
            {
                _issues.Report(field.Position, $"undefined field '{field.Name}'");
                continue;
            }

            var actual = field.Value.Type;
            if (field.Optional && Unwrapped(field.Value, actual) is { } inner) actual = inner;
            if (!_types.IsAssignable(expected, actual))
            {
                _issues.Report(field.Position, $"expected type of field '{field.Name}' is '{expected}' but provided type is '{_types.Substitute(actual, unknownToDyn: true)}'");
            }
        }

        return name is null ? CelType.Error : CelType.Object(name);
    }

    private CelType Comprehension(ComprehensionExpression fold)
    {
        Check(fold.Range);
        var range = _types.Substitute(fold.Range.Type, unknownToDyn: false);
        Check(fold.Initial);
        var accumulator = fold.Initial.Type;
        _scope = new CelScope(_scope);
        _scope.Declare(fold.AccumulatorName, accumulator);
        var (first, second) = Variables(fold, range);
        _scope = new CelScope(_scope);
        _scope.Declare(fold.Variable, first);
        if (fold.Variable2 is not null) _scope.Declare(fold.Variable2, second);
        Check(fold.Condition);
        Expect(fold.Condition, CelType.Bool);
        Check(fold.Step);
        Expect(fold.Step, accumulator);
        _scope = _scope.Outer!;
        Check(fold.Result);
        _scope = _scope.Outer!;
        return _types.Substitute(fold.Result.Type, unknownToDyn: false);
    }

    private (CelType First, CelType Second) Variables(ComprehensionExpression fold, CelType range)
    {
        var two = fold.Variable2 is not null;
        switch (range.Kind)
        {
            case CelTypeKind.List:
                return two ? (CelType.Int, range.Parameters[0]) : (range.Parameters[0], CelType.Dyn);
            case CelTypeKind.Map:
                return (range.Parameters[0], range.Parameters[1]);
            case CelTypeKind.Dyn or CelTypeKind.Error or CelTypeKind.Parameter:
                _types.IsAssignable(CelType.Dyn, range);
                return (CelType.Dyn, CelType.Dyn);
            default:
                _issues.Report(fold.Range.Position, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
                return (CelType.Error, CelType.Error);
        }
    }

    private void Expect(CelExpression expression, CelType type)
    {
        if (_types.IsAssignable(type, expression.Type)) return;
        _issues.Report(expression.Position, $"expected type '{_types.Substitute(type, unknownToDyn: true)}' but found '{_types.Substitute(expression.Type, unknownToDyn: true)}'");
    }

    /// <summary>The common type of the elements of a literal; dyn when they have none.</summary>
    private CelType Join(CelType? previous, CelType current)
    {
        if (previous is null) return current;
        return _types.IsAssignable(previous, current) ? CelUnification.MostGeneral(previous, current) : CelType.Dyn;
    }

    /// <summary>The dotted name that a path of selections spells, or null.</summary>
    private static string? QualifiedName(CelExpression expression) => expression switch
    {
        IdentExpression ident => ident.Name,
        SelectExpression { TestOnly: false, Optional: false } select when QualifiedName(select.Operand) is { } prefix => $"{prefix}.{select.Field}",
        _ => null,
    };

    private bool ShadowedByLocal(string name) => !name.StartsWith('.') && _scope.Find(name.Split('.')[0]) is not null;
}
