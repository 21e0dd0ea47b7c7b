namespace Orchestrator.Cel.Values;

/// <summary>A value that may be absent: <c>optional.of(x)</c> or <c>optional.none()</c>.</summary>
public sealed class CelOptional : CelValue
{
    private CelOptional(CelValue? value) => Value = value;

    public static CelOptional None { get; } = new(null);

    /// <summary>What is inside, or null.</summary>
    public CelValue? Value { get; }

    public override CelType Type => CelType.AnyOptional;

    public static CelOptional Of(CelValue value) => new(value);

    public override bool EqualTo(CelValue other) =>
        other is CelOptional optional && (Value is null ? optional.Value is null : optional.Value is not null && Value.EqualTo(optional.Value));

    public override string ToString() => Value is null ? "optional.none()" : $"optional({Value})";

    internal override int Hash() => Value?.Hash() ?? 3;
}

/// <summary>A value of a type that only functions look into: a quantity, a URL, an address, an authorizer.</summary>
public abstract class CelOpaque : CelValue;
