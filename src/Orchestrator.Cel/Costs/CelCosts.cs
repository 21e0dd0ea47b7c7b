namespace Orchestrator.Cel.Costs;

/// <summary>The figures of the cost model; one unit is roughly 50 ns on the machine upstream measured.</summary>
/// <remarks>Upstream: common/cost.go of cel-go and pkg/apis/cel/config.go of Kubernetes' apiserver.</remarks>
public static class CelCosts
{
    /// <summary>What reading one code point or byte costs.</summary>
    public const double StringTraversal = 0.1;

    /// <summary>What one code point of a regular expression multiplies the cost of matching by.</summary>
    public const double RegexLength = 0.25;

    public const ulong ListLiteral = 10;

    public const ulong MapLiteral = 30;

    public const ulong ObjectLiteral = 40;

    /// <summary>What making one requirement of a selector costs; two code points are the least that one takes.</summary>
    internal const ulong Requirement = ObjectLiteral + ListLiteral;

    /// <summary>The most that one evaluation of one expression may cost.</summary>
    public const ulong PerCallLimit = 1_000_000;

    /// <summary>The most that all expressions of one custom resource, or of one policy, may cost for one request.</summary>
    public const ulong RuntimeBudget = 10_000_000;

    /// <summary>The most that all match conditions of one webhook may cost for one request.</summary>
    public const ulong RuntimeMatchConditionsBudget = RuntimeBudget / 4;

    /// <summary>The highest estimate that one expression of a CustomResourceDefinition may have.</summary>
    public const ulong EstimatedExpressionLimit = 10_000_000;

    /// <summary>The highest sum of estimates that a CustomResourceDefinition may have.</summary>
    public const ulong EstimatedDefinitionLimit = 100_000_000;

    /// <summary>The size of a request that the estimates assume, in bytes.</summary>
    /// <remarks>Upstream: DefaultMaxRequestSizeBytes in pkg/cel/limits.go.</remarks>
    public const long LargestRequest = 3 * 1024 * 1024;

    /// <summary>Rounds up a multiple of a size, as the costs of texts do.</summary>
    internal static ulong Scaled(double size, double factor) => Math.Ceiling(size * factor) is var cost && cost >= 18446744073709551616.0 ? ulong.MaxValue : (ulong)cost;

    internal static ulong Times(ulong left, ulong right) => right != 0 && left > ulong.MaxValue / right ? ulong.MaxValue : left * right;

    internal static ulong Plus(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;
}
