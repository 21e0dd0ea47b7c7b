using Orchestrator.Api.Machinery;
using Orchestrator.Cel.Costs;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>The check of one object: the faults so far, and what the rules may still cost.</summary>
/// <param name="budget">What they may cost.</param>
/// <param name="ratchets">True: what did not change may stay at fault.</param>
internal sealed class RuleRun(long budget = (long)CelCosts.RuntimeBudget, bool ratchets = true)
{
    private long budget = budget;

    /// <summary>True: what did not change may stay at fault.</summary>
    public bool Ratchets => ratchets;

    /// <summary>What the rules may still cost; less than nothing: no further one is run.</summary>
    public long Left => budget;

    /// <summary>The faults.</summary>
    public List<FieldError> Faults { get; } = [];

    /// <summary>True: no further rule is run.</summary>
    public bool IsOver => budget < 0;

    /// <summary>True: what is left is nothing.</summary>
    public bool IsSpent => budget <= 0;

    /// <summary>Takes a cost from the budget; false when it is more than what is left.</summary>
    public bool TrySpend(ulong cost)
    {
        if (cost > (ulong)Math.Max(0, budget))
        {
            return false;
        }

        budget -= (long)cost;
        return true;
    }

    /// <summary>Ends the check with a fault.</summary>
    public void End(FieldError fault)
    {
        Faults.Add(fault);
        budget = -1;
    }
}
