using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Cel;

namespace Orchestrator.Api.CustomResources.Rules;

/// <summary>A rule and the programs that it was compiled to.</summary>
/// <param name="Source">The rule as it was written.</param>
internal sealed record CompiledRule(ValidationRule Source)
{
    /// <summary>The program; null of an empty rule and of one at fault.</summary>
    public CelProgram? Program { get; init; }

    /// <summary>What is wrong with the rule; null when nothing is.</summary>
    public string? Fault { get; init; }

    /// <summary>True: the rule is about a change.</summary>
    public bool UsesOldSelf { get; init; }

    /// <summary>The program of the message; null: the message is fixed, or its expression is at fault.</summary>
    public CelProgram? Message { get; init; }

    /// <summary>What is wrong with the message's expression; null when nothing is.</summary>
    public string? MessageFault { get; init; }

    /// <summary>The rule as faults name it.</summary>
    public string Name => Source.Message.Length > 0 ? Source.Message.Trim() : Source.Rule.Trim();
}
