using System.Buffers.Binary;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The range of node ports, and the choice of a free one: a pure function of what is taken and a seed.</summary>
/// <remarks>Upstream: pkg/registry/core/service/portallocator, with its lower band for ports that are asked for by number.</remarks>
internal static class NodePorts
{
    /// <summary>The first port, upstream's default.</summary>
    public const int First = 30000;

    /// <summary>The last port, upstream's default.</summary>
    public const int Last = 32767;

    /// <summary>Ports kept for those that are asked for by number; upstream: min(max(16, size/32), 128).</summary>
    private const int Reserved = 86;

    /// <summary>Whether a node port may have the number.</summary>
    public static bool Contains(long port) => port is >= First and <= Last;

    /// <summary>A free port, or null when all are taken.</summary>
    public static int? Choose(IReadOnlySet<long> used, Guid seed) =>
        Search(First + Reserved, Last, used, seed) ?? Search(First, First + Reserved - 1, used, seed);

    // Any of the free ones with the same chance: of many who choose at once, few want the same even when few are free.
    private static int? Search(int first, int last, IReadOnlySet<long> used, Guid seed)
    {
        var free = Enumerable.Range(first, last - first + 1).Where(port => !used.Contains(port)).ToList();
        Span<byte> bytes = stackalloc byte[16];
        seed.TryWriteBytes(bytes);
        return free.Count == 0 ? null : free[(int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) % free.Count)];
    }
}
