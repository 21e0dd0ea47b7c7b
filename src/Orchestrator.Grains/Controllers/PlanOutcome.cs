using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Controllers;

/// <summary>What became of a plan.</summary>
/// <param name="Reached">The revision of the last write that went through; <see cref="Revision.None"/> when none did.</param>
/// <param name="Obstacle">Why the rest was not tried and the key is to be looked at again; null when all is done.</param>
internal sealed record PlanOutcome(Revision Reached, string? Obstacle);
