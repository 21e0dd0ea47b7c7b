using System.Diagnostics.CodeAnalysis;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel;

/// <summary>Gives an evaluation the values of its variables. A variable is asked for at most once per evaluation, and only when it is needed.</summary>
public interface ICelActivation
{
    /// <summary>The value of a variable; false when it has none, which fails the expression with "no such attribute(s)".</summary>
    bool TryGet(string variable, [NotNullWhen(true)] out CelValue? value);
}

/// <summary>Variables with known values, and others that are computed when they are needed.</summary>
public sealed class CelActivation : ICelActivation
{
    private readonly Dictionary<string, CelValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<CelValue>> _lazy = new(StringComparer.Ordinal);

    /// <summary>No variables.</summary>
    public static CelActivation Empty { get; } = new();

    /// <summary>Sets a variable and returns the activation.</summary>
    public CelActivation Set(string variable, CelValue value)
    {
        _values[variable] = value;
        return this;
    }

    /// <summary>Sets a variable that is computed at its first use and kept, as the variables of admission policies are; returns the activation.</summary>
    public CelActivation SetLazy(string variable, Func<CelValue> value)
    {
        _lazy[variable] = value;
        return this;
    }

    public bool TryGet(string variable, [NotNullWhen(true)] out CelValue? value)
    {
        if (_values.TryGetValue(variable, out value)) return true;
        if (!_lazy.Remove(variable, out var compute)) return false;
        _values[variable] = value = compute();
        return true;
    }
}
