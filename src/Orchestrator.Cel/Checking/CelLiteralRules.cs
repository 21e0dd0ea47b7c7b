using Orchestrator.Cel.Parsing;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Checking;

/// <summary>Rules about literals that are checked once the types are known.</summary>
/// <remarks>Upstream: cel/validator.go, as environment/base.go of Kubernetes switches them on.</remarks>
internal static class CelLiteralRules
{
    /// <summary>Elements of a list literal, and keys and values of a map literal, must be of one type; dyn fits all. What is formatted may be of any.</summary>
    public static void CheckHomogeneity(CelExpression root, CelIssues issues)
    {
        var exempt = CelTree.Walk(root).OfType<CallExpression>().Where(call => call.Function == "format").SelectMany(CelTree.Walk).ToHashSet();
        foreach (var vertex in CelTree.Walk(root).Where(vertex => !exempt.Contains(vertex)))
        {
            switch (vertex)
            {
                case ListExpression list:
                    CheckAlike(list.Elements.Select((element, i) => (element, list.IsOptional(i))), issues);
                    break;
                case MapExpression map:
                    CheckAlike(map.Entries.Select(entry => (entry.Key, false)), issues);
                    CheckAlike(map.Entries.Select(entry => (entry.Value, entry.Optional)), issues);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Constant durations, timestamps and regular expressions must be readable.</summary>
    public static void CheckConstants(CelExpression root, CelIssues issues)
    {
        foreach (var call in CelTree.Walk(root).OfType<CallExpression>())
        {
            if (call.Arguments is not [LiteralExpression { Value: CelString text } literal]) continue;
            switch (call.Function)
            {
                case "duration" when call.Target is null && CelDuration.Parse(text.Value) is null:
                    issues.Report(literal.Position, "invalid duration argument");
                    break;
                case "timestamp" when call.Target is null && CelTimestamp.Parse(text.Value) is null or CelError:
                    issues.Report(literal.Position, "invalid timestamp argument");
                    break;
                case "matches" when Libraries.CelRegex.Compile(text.Value).Regex is null:
                    issues.Report(literal.Position, "invalid matches argument");
                    break;
                default:
                    break;
            }
        }
    }

    private static void CheckAlike(IEnumerable<(CelExpression Item, bool Optional)> items, CelIssues issues)
    {
        CelType? expected = null;
        foreach (var (item, optional) in items)
        {
            var type = optional && item.Type.IsOptional ? item.Type.Parameters[0] : item.Type;
            expected ??= type;
            if (new CelUnification().IsAssignable(expected, type)) continue;
            issues.Report(item.Position, $"expected type '{expected}' but found '{type}'");
        }
    }
}
