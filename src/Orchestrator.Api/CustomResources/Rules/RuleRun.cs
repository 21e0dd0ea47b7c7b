using Orchestrator.Api.Machinery;
using Orchestrator.Cel.Costs;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>The check of one object: the faults so far, and what the rules may still cost.</summary>
internal sealed class RuleRun
{
    private long budget = (long)CelCosts.RuntimeBudget;

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
