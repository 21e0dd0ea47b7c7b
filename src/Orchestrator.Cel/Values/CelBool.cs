namespace Orchestrator.Cel.Values;

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class CelBool : CelValue
{
    private CelBool(bool value) => Value = value;

    public static CelBool True { get; } = new(true);

    public static CelBool False { get; } = new(false);

    public bool Value { get; }

    public override CelType Type => CelType.Bool;

    public static CelBool Of(bool value) => value ? True : False;

    public override bool EqualTo(CelValue other) => ReferenceEquals(this, other);

    public override string ToString() => Value ? "true" : "false";

    internal override int Hash() => Value ? 1 : 0;
}

/// <summary><c>null</c>.</summary>
public sealed class CelNull : CelValue
{
    private CelNull()
    {
    }

    public static CelNull Instance { get; } = new();

    public override CelType Type => CelType.Null;

    public override bool EqualTo(CelValue other) => other is CelNull;

    public override string ToString() => "null";

    internal override int Hash() => 17;
}

/// <summary>A type as a value: what <c>type(x)</c> answers and what a type's name denotes.</summary>
public sealed class CelTypeValue(CelType denoted) : CelValue
{
    /// <summary>The type that the value denotes.</summary>
    public CelType Denoted { get; } = denoted;

    public override CelType Type => CelType.TypeOfTypes;

    public override bool EqualTo(CelValue other) => other is CelTypeValue type && type.Denoted.RuntimeName == Denoted.RuntimeName;

    public override string ToString() => Denoted.RuntimeName;

    internal override int Hash() => Denoted.RuntimeName.GetHashCode(StringComparison.Ordinal);
}
