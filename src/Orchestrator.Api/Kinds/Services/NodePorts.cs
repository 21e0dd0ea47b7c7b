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

    private static int? Search(int first, int last, IReadOnlySet<long> used, Guid seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        seed.TryWriteBytes(bytes);
        var count = last - first + 1;
        var start = (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes) % count);
        for (var i = 0; i < count; i++)
        {
            var port = first + ((start + i) % count);
            if (!used.Contains(port))
            {
                return port;
            }
        }

        return null;
    }
}
