using Orchestrator.Api.Quantities;

namespace Orchestrator.Agent;

/// <summary>What a host has, read once at start.</summary>
internal sealed record NodeFacts
{
    public required string NodeName { get; init; }

    /// <summary>The host's addresses; the first is the one that others use.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    public required int Cpus { get; init; }

    public required long MemoryBytes { get; init; }

    public required long DiskBytes { get; init; }

    public required int MaxPods { get; init; }

    /// <summary>What pods may use together: all but what the system needs.</summary>
    public Quantity AllocatableCpu => Quantity.FromMilli(Cpus * 1000L);

    public Quantity AllocatableMemory => new(Math.Max(MemoryBytes - ReservedMemory, MemoryBytes / 2), QuantityFormat.BinarySI);

    public Quantity AllocatableDisk => new(DiskBytes / 10 * 9, QuantityFormat.BinarySI);

    /// <summary>Upstream's hard eviction threshold, which it subtracts as well.</summary>
    private const long ReservedMemory = 100L << 20;
}
