using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Evaluation;

/// <summary>Where a fold keeps its variables.</summary>
internal readonly record struct FoldSlots(int Accumulator, int First, int? Second);

/// <summary>A fold over a list or a map.</summary>
/// <remarks>Upstream: evalFold of interpreter/interpretable.go. A list or map that starts empty is filled in place.</remarks>
internal sealed class FoldStep(CelStep range, CelStep initial, CelStep condition, CelStep step, CelStep result, FoldSlots slots) : CelStep
{
    private readonly bool _always = condition is ConstantStep { Value: CelBool { Value: true } };

    public override CelValue Run(CelFrame frame)
    {
        var over = range.Run(frame);
        if (over is CelError) return over;
        var accumulator = initial.Run(frame);
        frame.Locals[slots.Accumulator] = initial is not ConstantStep ? accumulator : accumulator switch
        {
            CelList { Count: 0 } => new AccumulatorList(),
            CelMap { Count: 0 } => new AccumulatorMap(),
            _ => accumulator,
        };
        switch (over)
        {
            case CelList list:
                for (var i = 0; i < list.Count; i++)
                {
                    var goesOn = slots.Second is null ? Next(frame, list[i], null) : Next(frame, CelInt.Of(i), list[i]);
                    if (!goesOn) break;
                }

                break;
            case CelMap map:
                foreach (var key in map.Keys)
                {
                    var value = slots.Second is null ? null : map.TryGet(key, out var entry) ? entry : CelError.NoSuchKey(key);
                    if (!Next(frame, key, value)) break;
                }

                break;
            default:
                return new CelError($"got '{GoName(over)}', expected iterable type");
        }

        if (frame.Ended is { } ended) return ended;
        var outcome = result.Run(frame);
        return outcome switch
        {
            AccumulatorList list => list.Freeze(),
            AccumulatorMap map => map.Freeze(),
            _ => outcome,
        };
    }

    private bool Next(CelFrame frame, CelValue first, CelValue? second)
    {
        if (!frame.Step()) return false;
        frame.Locals[slots.First] = first;
        if (slots.Second is { } slot) frame.Locals[slot] = second!;
        if (!_always && condition.Run(frame) is CelBool { Value: false }) return false;
        var accumulator = step.Run(frame);
        frame.Locals[slots.Accumulator] = accumulator;
        // Nothing turns an error of a collecting fold into a value any more.
        return !(_always && accumulator is CelError);
    }

    private static string GoName(CelValue value) => value switch
    {
        CelNull => "types.Null",
        CelOptional => "*types.Optional",
        CelOpaque or CelObject => value.Type.RuntimeName,
        _ => "types." + value.GetType().Name["Cel".Length..],
    };
}
