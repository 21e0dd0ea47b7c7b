namespace Orchestrator.Cel.Values;

/// <summary>A value of the Common Expression Language. Values are immutable and may be shared between threads.</summary>
/// <remarks>A failed operation is a value too (<see cref="CelError"/>): the logical operators absorb errors, so they must travel like values.</remarks>
public abstract class CelValue
{
    /// <summary>The type that <c>type(value)</c> answers. Lists and maps answer the type without its parameters.</summary>
    public abstract CelType Type { get; }

    /// <summary>Heterogeneous equality, the meaning of <c>==</c>: numbers compare by value whatever their type, values of other different types are unequal.</summary>
    public abstract bool EqualTo(CelValue other);

    /// <summary>What <c>size(value)</c> answers, or -1 where the type has no size.</summary>
    public virtual long Size => -1;

    /// <summary>The size that the cost model charges for: 1 for what has no size.</summary>
    internal ulong CostSize => Size is var size && size < 0 ? 1 : (ulong)size;

    /// <summary>A hash that agrees with <see cref="EqualTo"/>.</summary>
    internal abstract int Hash();
}

/// <summary>Compares values as map keys are compared: <c>1</c>, <c>1u</c> and <c>1.0</c> are the same key.</summary>
internal sealed class CelValueComparer : IEqualityComparer<CelValue>
{
    public static CelValueComparer Instance { get; } = new();

    public bool Equals(CelValue? x, CelValue? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.EqualTo(y));

    public int GetHashCode(CelValue value) => value.Hash();
}
