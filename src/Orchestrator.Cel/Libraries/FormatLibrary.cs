using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

internal static class FormatLibrary
{
    public static CelCostEstimate CheckEstimate { get; } = new(1, 1);
    public static ulong ValidationCost(ReadOnlySpan<CelValue> arguments) => 1;
}
