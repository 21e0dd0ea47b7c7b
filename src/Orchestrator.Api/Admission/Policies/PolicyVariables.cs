using System.Diagnostics.CodeAnalysis;
using Orchestrator.Cel;
using Orchestrator.Cel.Values;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>The variables of a policy as a value: each is computed when it is first read, and once.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/cel/composition.go. What a variable costs is charged to the policy.</remarks>
internal sealed class PolicyVariables(IReadOnlyDictionary<string, CelProgram> programs, CelActivation activation, CostBudget budget) : CelMap
{
    private readonly Dictionary<string, CelValue> known = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override int Count => programs.Count;

    /// <inheritdoc />
    public override IEnumerable<CelValue> Keys => programs.Keys.Select(CelString.Of);

    /// <inheritdoc />
    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value)
    {
        value = null;
        return key is CelString name && TryGet(name.Value, out value);
    }

    /// <inheritdoc />
    public override bool TryGet(string key, [NotNullWhen(true)] out CelValue? value)
    {
        if (known.TryGetValue(key, out value))
        {
            return true;
        }

        if (!programs.TryGetValue(key, out var program))
        {
            return false;
        }

        var result = budget.Evaluate(program, activation);
        known[key] = value = result.Value ?? new CelError($"composited variable \"{key}\" fails to evaluate: {result.Failure!.Message}");
        return true;
    }
}

/// <summary>What is left of the cost that the expressions of one policy may have.</summary>
internal sealed class CostBudget(ulong left)
{
    /// <summary>What is said when more was wanted than there was: nothing else of the policy is evaluated then.</summary>
    public const string Spent = "validation failed due to running out of cost budget, no further validation rules will be run";

    private ulong left = left;

    /// <summary>True: an evaluation cost more than was left.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Evaluates; what it cost is taken from the budget.</summary>
    public CelResult Evaluate(CelProgram program, ICelActivation activation)
    {
        var result = program.Evaluate(activation, Cel.Costs.CelCosts.PerCallLimit);
        IsSpent |= result.Cost > left;
        left -= Math.Min(left, result.Cost);
        return result;
    }
}
