using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Named formats of texts.</summary>
/// <remarks>Upstream: pkg/cel/library/format.go of the apiserver.</remarks>
internal static class FormatLibrary
{
    /// <summary>What an estimate charges for each ten code points of a text, whichever format it is checked against.</summary>
    /// <remarks>Upstream: TestNameFormatCost in pkg/cel/library/cost_test.go of the apiserver.</remarks>
    public static CelCostEstimate CheckEstimate { get; } = CelCostEstimate.Exactly((ulong)(LargestFormat * CelCosts.RegexLength));

    /// <summary>The longest pattern of a format that the estimate assumes.</summary>
    private const int LargestFormat = 128;

    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        builder.Type(CelFormat.TypeOfFormats);
        foreach (var format in CelFormat.All) functions.Global($"format.{format.Name}", $"format.{format.Name}", [], CelFormat.TypeOfFormats, _ => format);
        functions.Global("format.named", "format-named", [CelType.String], CelType.OptionalOf(CelFormat.TypeOfFormats), static arguments =>
        {
            var name = ((CelString)arguments[0]).Value;
            return CelFormat.All.FirstOrDefault(format => format.Name == name) is { } found ? CelOptional.Of(found) : CelOptional.None;
        });
        functions.Member("validate", "format-validate", [CelFormat.TypeOfFormats, CelType.String], CelType.OptionalOf(CelType.ListOf(CelType.String)), static arguments =>
        {
            var errors = ((CelFormat)arguments[0]).Validate(((CelString)arguments[1]).Value).ToList();
            return errors.Count == 0 ? CelOptional.None : CelOptional.Of(CelList.Of(errors.Select(CelString.Of)));
        });
    }

    /// <summary>The runtime cost of <c>format.validate(text)</c>: matching a regular expression of the format's length.</summary>
    public static ulong ValidationCost(ReadOnlySpan<CelValue> arguments) => arguments[0] is CelFormat format
        ? CelCosts.Times(CelCosts.Scaled(arguments[1].CostSize, CelCosts.StringTraversal), CelCosts.Scaled(format.PatternLength, CelCosts.RegexLength))
        : 1;
}
