using Orchestrator.Cel.Values;

namespace Orchestrator.Cel;

/// <summary>The outcome of an evaluation: a value or a failure, and what it cost either way.</summary>
/// <param name="Value">The value, or null when the evaluation failed.</param>
/// <param name="Failure">Why there is no value, or null.</param>
/// <param name="Cost">The runtime cost in upstream's units.</param>
public readonly record struct CelResult(CelValue? Value, CelFailure? Failure, ulong Cost)
{
    /// <summary>Whether the value is <c>true</c>.</summary>
    public bool IsTrue => ReferenceEquals(Value, CelBool.True);
}

/// <summary>Why an evaluation has no value.</summary>
public enum CelFailureKind
{
    /// <summary>An operation failed, such as a look-up of a key that is not there.</summary>
    EvaluationError,

    /// <summary>The runtime cost passed the limit.</summary>
    CostLimitExceeded,

    /// <summary>The host cancelled.</summary>
    Interrupted,
}

/// <summary>A failed evaluation, with cel-go's message.</summary>
public sealed record CelFailure(CelFailureKind Kind, string Message);
