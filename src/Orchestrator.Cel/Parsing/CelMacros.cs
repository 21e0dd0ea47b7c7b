namespace Orchestrator.Cel.Parsing;

/// <summary>Makes the expression that a macro stands for; null, with the issue reported, when the arguments do not fit it.</summary>
internal delegate CelExpression? CelMacroExpansion(CelParser parser, int position, CelExpression? target, CelExpression[] arguments);

/// <summary>Makes the expression that a macro stands for, or says that the call is no use of it by returning the call.</summary>
internal sealed record CelMacro(string Name, int ArgumentCount, bool IsMember, CelMacroExpansion Expand);

/// <summary>The macros of an environment.</summary>
internal sealed class CelMacros(IEnumerable<CelMacro> macros)
{
    /// <summary>The argument count of a macro that takes any number.</summary>
    public const int AnyCount = -1;

    private readonly Dictionary<(string, int, bool), CelMacro> _macros = macros.ToDictionary(macro => (macro.Name, macro.ArgumentCount, macro.IsMember));

    /// <summary>The expansion of a call, or the call itself when no macro fits.</summary>
    public CelExpression? Expand(CelParser parser, int position, string name, CelExpression? target, CelExpression[] arguments) =>
        _macros.TryGetValue((name, arguments.Length, target is not null), out var macro) || _macros.TryGetValue((name, AnyCount, target is not null), out macro)
            ? macro.Expand(parser, position, target, arguments)
            : new CallExpression(position, name, target, arguments);
}
