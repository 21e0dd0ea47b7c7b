using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>The state of one evaluation.</summary>
internal sealed class CelFrame(ICelActivation activation, int globals, int locals, ulong costLimit, CancellationToken cancellation)
{
    /// <summary>How many steps of comprehensions pass between two looks at the cancellation; upstream's checkFrequency.</summary>
    private const int CheckFrequency = 100;

    private readonly CelValue?[] _globals = globals == 0 ? [] : new CelValue?[globals];
    private int _iterations;

    /// <summary>The variables of comprehensions, by slot.</summary>
    public CelValue[] Locals { get; } = locals == 0 ? [] : new CelValue[locals];

    public ulong Cost { get; private set; }

    /// <summary>Why the evaluation must end, or null. Nothing that could take long begins once it is set.</summary>
    public CelError? Ended { get; private set; }

    public void Charge(ulong cost)
    {
        Cost = Cost + cost < Cost ? ulong.MaxValue : Cost + cost;
        if (Cost > costLimit) Ended ??= CelError.CostLimitExceeded;
    }

    /// <summary>Counts a step of a comprehension; false when the evaluation must end.</summary>
    public bool Step()
    {
        if (++_iterations % CheckFrequency == 0 && cancellation.IsCancellationRequested) Ended ??= CelError.Interrupted;
        return Ended is null;
    }

    /// <summary>A variable of the host, asked for once.</summary>
    public CelValue Global(int index, string name) =>
        _globals[index] ??= activation.TryGet(name, out var value) ? value : new CelError($"no such attribute(s): {name}");
}
