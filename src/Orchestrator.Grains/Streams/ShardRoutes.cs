namespace Orchestrator.Grains.Streams;

/// <summary>All routes of this silo, the same on every silo of one version.</summary>
internal sealed record ShardRoutes(IReadOnlyList<ChangeRoute> All);
