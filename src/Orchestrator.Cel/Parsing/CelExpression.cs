using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Parsing;

/// <summary>A vertex of the syntax tree. The checker writes its findings into it; afterwards it is only read.</summary>
internal abstract class CelExpression(int position)
{
    /// <summary>The code point of the source that the vertex is reported at.</summary>
    public int Position { get; } = position;

    /// <summary>The type that the checker found.</summary>
    public CelType Type { get; set; } = CelType.Dyn;
}

internal sealed class LiteralExpression(int position, CelValue value) : CelExpression(position)
{
    public CelValue Value { get; } = value;
}

internal sealed class IdentExpression(int position, string name) : CelExpression(position)
{
    public string Name { get; } = name;

    /// <summary>The declared variable or type that the name denotes; null for a variable of a comprehension.</summary>
    public string? Resolved { get; set; }

    /// <summary>What a name of a type denotes.</summary>
    public CelValue? Constant { get; set; }
}

internal sealed class SelectExpression(int position, CelExpression operand, string field, bool testOnly = false, bool optional = false) : CelExpression(position)
{
    public CelExpression Operand { get; } = operand;

    public string Field { get; } = field;

    /// <summary>Whether the vertex is <c>has(operand.field)</c>.</summary>
    public bool TestOnly { get; } = testOnly;

    /// <summary>Whether the vertex is <c>operand.?field</c>.</summary>
    public bool Optional { get; } = optional;

    /// <summary>Set when the whole path is the name of one variable or type.</summary>
    public IdentExpression? Qualified { get; set; }
}

internal sealed class CallExpression(int position, string function, CelExpression? target, params CelExpression[] arguments) : CelExpression(position)
{
    /// <summary>The name, fully qualified once the checker found it.</summary>
    public string Function { get; set; } = function;

    /// <summary>The receiver, or null; the checker drops it when it was part of the function's name.</summary>
    public CelExpression? Target { get; set; } = target;

    public CelExpression[] Arguments { get; } = arguments;

    /// <summary>The overloads that fit the types of the arguments.</summary>
    public IReadOnlyList<Checking.CelOverload> Overloads { get; set; } = [];
}

internal sealed class ListExpression(int position, CelExpression[] elements, bool[]? optional = null) : CelExpression(position)
{
    public CelExpression[] Elements { get; } = elements;

    public bool IsOptional(int index) => optional is not null && optional[index];

    public bool HasOptional => optional?.Contains(true) ?? false;
}

/// <summary>An entry of a map literal.</summary>
internal sealed record MapEntryExpression(int Position, CelExpression Key, CelExpression Value, bool Optional);

internal sealed class MapExpression(int position, MapEntryExpression[] entries) : CelExpression(position)
{
    public MapEntryExpression[] Entries { get; } = entries;
}

/// <summary>A field of an object literal.</summary>
internal sealed record FieldExpression(int Position, string Name, CelExpression Value, bool Optional);

internal sealed class ObjectExpression(int position, string name, FieldExpression[] fields) : CelExpression(position)
{
    public string Name { get; } = name;

    public FieldExpression[] Fields { get; } = fields;
}

/// <summary>A fold over a list or a map, what all the macros with a variable expand to.</summary>
internal sealed class ComprehensionExpression(int position) : CelExpression(position)
{
    /// <summary>The accumulator of the macros; no source text can spell it.</summary>
    public const string Accumulator = "@result";

    public required CelExpression Range { get; init; }

    public required string Variable { get; init; }

    /// <summary>The second variable, for the element or the value, or null.</summary>
    public string? Variable2 { get; init; }

    public string AccumulatorName { get; init; } = Accumulator;

    public required CelExpression Initial { get; init; }

    public required CelExpression Condition { get; init; }

    public required CelExpression Step { get; init; }

    public required CelExpression Result { get; init; }
}
