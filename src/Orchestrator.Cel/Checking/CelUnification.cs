namespace Orchestrator.Cel.Checking;

/// <summary>Which types the type variables of an expression stand for.</summary>
/// <remarks>Upstream: checker/types.go and checker/mapping.go.</remarks>
internal sealed class CelUnification
{
    private Dictionary<string, CelType> _bindings = new(StringComparer.Ordinal);
    private int _fresh;

    public CelType Fresh() => CelType.Parameter($"_var{_fresh++}");

    /// <summary>Whether a value of the second type may stand where the first is expected; what was learned is kept only when it may.</summary>
    public bool IsAssignable(CelType expected, CelType actual) => Attempt(() => Assignable(expected, actual));

    /// <summary>Whether all arguments may stand where the parameters are expected.</summary>
    public bool AreAssignable(IReadOnlyList<CelType> actual, IReadOnlyList<CelType> expected) => Attempt(() => AllAssignable(actual, expected));

    /// <summary>The type with all known variables replaced; unknown ones become dyn when asked for.</summary>
    public CelType Substitute(CelType type, bool unknownToDyn)
    {
        if (type.Kind == CelTypeKind.Parameter)
        {
            if (_bindings.TryGetValue(type.RuntimeName, out var bound)) return Substitute(bound, unknownToDyn);
            return unknownToDyn ? CelType.Dyn : type;
        }

        return type.Parameters.Count == 0 ? type : type.With([.. type.Parameters.Select(parameter => Substitute(parameter, unknownToDyn))]);
    }

    /// <summary>The signature with its own variables replaced by fresh ones.</summary>
    public (CelType[] Arguments, CelType Result) Instantiate(CelOverload overload)
    {
        if (overload.TypeParameters.Length == 0) return (overload.Arguments, overload.Result);
        var fresh = overload.TypeParameters.ToDictionary(name => name, _ => Fresh(), StringComparer.Ordinal);
        return ([.. overload.Arguments.Select(type => Rename(type, fresh))], Rename(overload.Result, fresh));
    }

    /// <summary>The more general of two types that are known to fit.</summary>
    public static CelType MostGeneral(CelType left, CelType right) =>
        right.Kind == CelTypeKind.Null || (left.Kind != CelTypeKind.Null && IsEqualOrLessSpecific(left, right)) ? left : right;

    private static CelType Rename(CelType type, Dictionary<string, CelType> names) =>
        type.Kind == CelTypeKind.Parameter ? names[type.RuntimeName]
        : type.Parameters.Count == 0 ? type
        : type.With([.. type.Parameters.Select(parameter => Rename(parameter, names))]);

    private static bool IsEqualOrLessSpecific(CelType left, CelType right)
    {
        if (left.Kind is CelTypeKind.Dyn or CelTypeKind.Parameter) return true;
        if (right.Kind is CelTypeKind.Dyn or CelTypeKind.Parameter) return false;
        if (left.Kind != right.Kind) return false;
        if (left.Kind == CelTypeKind.Type) return true;
        if (left.RuntimeName != right.RuntimeName || left.Parameters.Count != right.Parameters.Count) return false;
        for (var i = 0; i < left.Parameters.Count; i++)
        {
            if (!IsEqualOrLessSpecific(left.Parameters[i], right.Parameters[i])) return false;
        }

        return true;
    }

    private bool Attempt(Func<bool> unify)
    {
        var before = new Dictionary<string, CelType>(_bindings, StringComparer.Ordinal);
        if (unify()) return true;
        _bindings = before;
        return false;
    }

    private bool AllAssignable(IReadOnlyList<CelType> left, IReadOnlyList<CelType> right)
    {
        if (left.Count != right.Count) return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!Assignable(left[i], right[i])) return false;
        }

        return true;
    }

    private bool Assignable(CelType left, CelType right)
    {
        if (right.Kind == CelTypeKind.Parameter)
        {
            var (valid, bound) = Binds(left, right);
            if (valid) return true;
            if (bound) return false;
        }

        if (left.Kind == CelTypeKind.Parameter) return Binds(right, left).Valid;
        if (left.IsDynOrError || right.IsDynOrError) return true;
        if (left.Kind == CelTypeKind.Null) return IsNullable(right);
        if (right.Kind == CelTypeKind.Null) return IsNullable(left);
        if (left.Kind == CelTypeKind.Wrapper) return Assignable(left.Parameters[0], right);
        if (right.Kind == CelTypeKind.Wrapper) return left.Equals(right.Parameters[0]);
        if (left.Kind != right.Kind) return false;
        if (left.Kind == CelTypeKind.Type) return true;
        return left.RuntimeName == right.RuntimeName && AllAssignable(left.Parameters, right.Parameters);
    }

    private static bool IsNullable(CelType type) =>
        type.Kind is CelTypeKind.Null or CelTypeKind.Object or CelTypeKind.Opaque or CelTypeKind.Wrapper or CelTypeKind.Timestamp or CelTypeKind.Duration;

    /// <summary>Whether a type can be what a variable stands for, and whether the variable stood for something before.</summary>
    private (bool Valid, bool Bound) Binds(CelType type, CelType variable)
    {
        if (_bindings.TryGetValue(variable.RuntimeName, out var bound))
        {
            if (type.Equals(bound)) return (true, true);
            if (!Assignable(type, bound)) return (false, true);
            var general = MostGeneral(type, bound);
            if (!OccursIn(variable, general)) _bindings[variable.RuntimeName] = general;
            return (true, true);
        }

        if (OccursIn(variable, type)) return (type.Equals(variable), false);
        _bindings[variable.RuntimeName] = type;
        return (true, false);
    }

    private bool OccursIn(CelType variable, CelType type)
    {
        if (type.Equals(variable)) return true;
        if (type.Kind == CelTypeKind.Parameter) return _bindings.TryGetValue(type.RuntimeName, out var bound) && OccursIn(variable, bound);
        return type.Parameters.Any(parameter => OccursIn(variable, parameter));
    }
}
