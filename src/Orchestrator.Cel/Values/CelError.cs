namespace Orchestrator.Cel.Values;

/// <summary>The outcome of an operation that failed, with cel-go's message.</summary>
public sealed class CelError : CelValue
{
    /// <summary>An operator or function met values that it is not declared for.</summary>
    public static CelError NoSuchOverload { get; } = new("no such overload");

    /// <summary>The runtime cost passed the limit; unlike other errors this one ends the evaluation.</summary>
    /// <remarks>Upstream: interpreter/runtimecost.go.</remarks>
    public static CelError CostLimitExceeded { get; } = new("operation cancelled: actual cost limit exceeded");

    /// <summary>The host cancelled the evaluation.</summary>
    public static CelError Interrupted { get; } = new("operation interrupted");

    internal static CelError IntegerOverflow { get; } = new("integer overflow");

    internal static CelError UnsignedOverflow { get; } = new("unsigned integer overflow");

    internal static CelError DurationOverflow { get; } = new("duration overflow");

    internal static CelError TimestampOverflow { get; } = new("timestamp overflow");

    internal static CelError DivideByZero { get; } = new("division by zero");

    internal static CelError ModulusByZero { get; } = new("modulus by zero");

    public CelError(string message) => Message = message;

    /// <summary>What went wrong, in cel-go's words.</summary>
    public string Message { get; }

    public override CelType Type => CelType.Error;

    public override bool EqualTo(CelValue other) => ReferenceEquals(this, other);

    public override string ToString() => Message;

    internal override int Hash() => Message.GetHashCode(StringComparison.Ordinal);

    internal static CelError NoSuchKey(CelValue key) => new("no such key: " + CelText.Of(key));

    internal static CelError NoSuchKey(string key) => new("no such key: " + key);

    internal static CelError IndexOutOfBounds(long index) => new($"index out of bounds: {index}");

    /// <summary>A conversion that the source type does not know.</summary>
    internal static CelError Conversion(CelValue value, string target) => new($"type conversion error from '{value.Type.RuntimeName}' to '{target}'");
}
