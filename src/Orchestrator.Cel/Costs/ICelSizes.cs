using Orchestrator.Cel.Schemas;

namespace Orchestrator.Cel.Costs;

/// <summary>How large data can be that an expression reads.</summary>
/// <param name="Min">The least number of code points, bytes, elements or entries.</param>
/// <param name="Max">The most.</param>
public readonly record struct CelSizeEstimate(ulong Min, ulong Max)
{
    public static CelSizeEstimate Unknown { get; } = new(0, ulong.MaxValue);

    public static CelSizeEstimate Exactly(ulong size) => new(size, size);

    internal CelSizeEstimate Plus(CelSizeEstimate other) => new(CelCosts.Plus(Min, other.Min), CelCosts.Plus(Max, other.Max));

    internal CelSizeEstimate Times(CelSizeEstimate other) => new(CelCosts.Times(Min, other.Min), CelCosts.Times(Max, other.Max));

    internal CelSizeEstimate Union(CelSizeEstimate other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    internal CelCostEstimate Times(double factor) => new(CelCosts.Scaled(Min, factor), CelCosts.Scaled(Max, factor));

    internal CelCostEstimate Times(CelCostEstimate cost) => new(CelCosts.Times(Min, cost.Min), CelCosts.Times(Max, cost.Max));
}

/// <summary>What evaluations can cost.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The most; <see cref="ulong.MaxValue"/> when nothing bounds it.</param>
public readonly record struct CelCostEstimate(ulong Min, ulong Max)
{
    internal static CelCostEstimate Exactly(ulong cost) => new(cost, cost);

    internal CelCostEstimate Plus(CelCostEstimate other) => new(CelCosts.Plus(Min, other.Min), CelCosts.Plus(Max, other.Max));

    internal CelCostEstimate Times(CelCostEstimate other) => new(CelCosts.Times(Min, other.Min), CelCosts.Times(Max, other.Max));

    internal CelCostEstimate Union(CelCostEstimate other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}

/// <summary>Tells how large the data at a path can be.</summary>
public interface ICelSizes
{
    /// <summary>The size of what is at a path: a variable, then field names, <c>@items</c>, <c>@keys</c>, <c>@values</c> or <c>@indices</c>; null when nothing is known.</summary>
    CelSizeEstimate? Find(IReadOnlyList<string> path);
}

/// <summary>Sizes from the shapes of declared variables.</summary>
/// <remarks>Upstream: sizeEstimator in apiextensions-apiserver's pkg/apiserver/schema/cel/compilation.go. It takes every path to start at the data that
/// is validated, so a name without a shape, such as that of a type, counts as large as <c>self</c>.</remarks>
internal sealed class DeclTypeSizes(IReadOnlyDictionary<string, CelDeclType> variables) : ICelSizes
{
    public CelSizeEstimate? Find(IReadOnlyList<string> path)
    {
        if (path.Count == 0 || (!variables.TryGetValue(path[0], out var type) && !variables.TryGetValue("self", out type))) return null;
        foreach (var name in path.Skip(1))
        {
            var next = name switch
            {
                "@items" or "@values" => type.Element,
                "@keys" => type.Key,
                _ => type.Fields.GetValueOrDefault(name),
            };
            if (next is null) return null;
            type = next;
        }

        return new CelSizeEstimate(0, (ulong)type.MaxElements);
    }
}
