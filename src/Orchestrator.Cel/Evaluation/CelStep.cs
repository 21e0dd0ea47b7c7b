using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>A vertex of a compiled program. It holds no state of an evaluation.</summary>
internal abstract class CelStep
{
    /// <summary>The value; errors are values.</summary>
    public abstract CelValue Run(CelFrame frame);
}

internal sealed class ConstantStep(CelValue value) : CelStep
{
    public CelValue Value { get; } = value;

    public override CelValue Run(CelFrame frame) => Value;
}

/// <summary>A variable and what is selected from it. A path costs one for itself and one for each selection.</summary>
/// <remarks>Upstream: interpreter/attributes.go and the observer of interpreter/runtimecost.go.</remarks>
internal abstract class AttributeStep : CelStep
{
    /// <summary>What a path costs beside its selections; a choice between paths costs nothing.</summary>
    protected virtual ulong PathCost => 1;

    public sealed override CelValue Run(CelFrame frame)
    {
        var value = Resolve(frame);
        frame.Charge(PathCost);
        return value;
    }

    /// <summary>The value, without the cost of the path itself: a longer path charges it once.</summary>
    public abstract CelValue Resolve(CelFrame frame);

    protected static CelValue ResolveOperand(CelStep operand, CelFrame frame) => operand is AttributeStep attribute ? attribute.Resolve(frame) : operand.Run(frame);
}

internal sealed class GlobalStep(int index, string name) : AttributeStep
{
    public override CelValue Resolve(CelFrame frame) => frame.Global(index, name);
}

internal sealed class LocalStep(int slot) : AttributeStep
{
    public override CelValue Resolve(CelFrame frame) => frame.Locals[slot];
}

/// <summary><c>operand.field</c>, <c>operand.?field</c> and <c>has(operand.field)</c>.</summary>
internal sealed class SelectStep(CelStep operand, string field, bool optional) : AttributeStep
{
    private readonly CelString _key = CelString.Of(field);

    public CelStep Operand { get; } = operand;

    public override CelValue Resolve(CelFrame frame)
    {
        var value = ResolveOperand(Operand, frame);
        if (value is CelError) return value;
        var chained = value as CelOptional;
        if (chained is { Value: null }) return chained;
        frame.Charge(1);
        return CelQualifier.Select(chained?.Value ?? value, _key, optional || chained is not null);
    }
}

internal sealed class PresenceStep(CelStep operand, string field) : CelStep
{
    private readonly CelString _key = CelString.Of(field);

    public override CelValue Run(CelFrame frame)
    {
        var value = operand is AttributeStep attribute ? attribute.Resolve(frame) : operand.Run(frame);
        if (value is CelError) return value;
        if (value is CelOptional { Value: null }) return CelBool.False;
        frame.Charge(1);
        return CelQualifier.IsPresent((value as CelOptional)?.Value ?? value, _key);
    }
}

/// <summary><c>operand[index]</c> and <c>operand[?index]</c>.</summary>
internal sealed class IndexStep(CelStep operand, CelStep index, bool optional) : AttributeStep
{
    public override CelValue Resolve(CelFrame frame)
    {
        var value = ResolveOperand(operand, frame);
        if (value is CelError) return value;
        var chained = value as CelOptional;
        if (chained is { Value: null }) return chained;
        var key = ResolveOperand(index, frame);
        if (key is CelError) return key;
        frame.Charge(1);
        return CelQualifier.Index(chained?.Value ?? value, key, optional || chained is not null);
    }
}

/// <summary><c>condition ? a : b</c>; only the branch that is taken runs.</summary>
internal sealed class ConditionalStep(CelStep condition, CelStep ifTrue, CelStep ifFalse) : AttributeStep
{
    protected override ulong PathCost => 0;

    public override CelValue Resolve(CelFrame frame)
    {
        var chosen = condition.Run(frame);
        if (chosen is CelError) return chosen;
        if (chosen is not CelBool truth) return CelError.NoSuchOverload;
        return ResolveOperand(truth.Value ? ifTrue : ifFalse, frame);
    }
}
