using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Evaluation;
using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel;

/// <summary>A compiled expression. Immutable; any number of threads may evaluate it at once.</summary>
public sealed class CelProgram
{
    private readonly CelExpression _tree;
    private readonly CelStep _step;
    private readonly int _globals;
    private readonly int _locals;
    private readonly IReadOnlyDictionary<string, CelDeclType> _sized;

    internal CelProgram(string source, CelExpression tree, CelStep step, int globals, int locals, IReadOnlyDictionary<string, CelDeclType> sized)
    {
        Source = source;
        _tree = tree;
        _step = step;
        _globals = globals;
        _locals = locals;
        _sized = sized;
    }

    /// <summary>The expression as it was written.</summary>
    public string Source { get; }

    /// <summary>The type of the result as far as it is known before evaluation.</summary>
    public CelType ResultType => _tree.Type;

    /// <summary>Whether the expression reads a declared variable; this is how a rule with <c>oldSelf</c> is told to be a transition rule.</summary>
    public bool Reads(string variable) => CelTree.Walk(_tree).Any(vertex =>
        (vertex is IdentExpression ident && ident.Constant is null && ident.Resolved == variable)
        || (vertex is SelectExpression { Qualified: { Constant: null } qualified } && qualified.Resolved == variable));

    /// <summary>Evaluates the expression.</summary>
    /// <param name="activation">The values of the variables.</param>
    /// <param name="costLimit">The most the evaluation may cost; <see cref="CelCosts.PerCallLimit"/> or what is left of a budget, whichever is less.</param>
    /// <param name="cancellation">Looked at every hundred steps of comprehensions.</param>
    public CelResult Evaluate(ICelActivation activation, ulong costLimit = CelCosts.PerCallLimit, CancellationToken cancellation = default)
    {
        var frame = new CelFrame(activation, _globals, _locals, costLimit, cancellation);
        var value = _step.Run(frame);
        var error = frame.Ended ?? value as CelError;
        if (error is null) return new CelResult(value, null, frame.Cost);
        var kind = ReferenceEquals(error, CelError.CostLimitExceeded) ? CelFailureKind.CostLimitExceeded
            : ReferenceEquals(error, CelError.Interrupted) ? CelFailureKind.Interrupted
            : CelFailureKind.EvaluationError;
        return new CelResult(null, new CelFailure(kind, error.Message), frame.Cost);
    }

    /// <summary>The least and the most that evaluations can cost, from the expression and the sizes that the declared shapes allow.</summary>
    public CelCostEstimate EstimateCost() => CelCostEstimator.Estimate(_tree, new DeclTypeSizes(_sized));

    /// <summary>The estimate with sizes from elsewhere.</summary>
    public CelCostEstimate EstimateCost(ICelSizes sizes) => CelCostEstimator.Estimate(_tree, sizes);
}
