using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Grains.Nodes;

/// <summary>Cuts the cluster's pod range into the nodes' ranges.</summary>
internal static class PodCidrs
{
    /// <summary>The ranges, in order.</summary>
    /// <exception cref="FormatException">The cluster's range is not an IPv4 range that holds at least one node's.</exception>
    public static IEnumerable<string> Of(string clusterCidr, int nodePrefixLength)
    {
        var range = IPNetwork.Parse(clusterCidr);
        if (range.BaseAddress.AddressFamily != AddressFamily.InterNetwork || nodePrefixLength < range.PrefixLength || nodePrefixLength > 30)
        {
            throw new FormatException($"{clusterCidr} cannot be cut into ranges of /{nodePrefixLength}");
        }

        return Cut(range, nodePrefixLength);
    }

    private static IEnumerable<string> Cut(IPNetwork range, int nodePrefixLength)
    {
        var start = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(range.BaseAddress.GetAddressBytes());
        var count = 1u << (nodePrefixLength - range.PrefixLength);
        for (var index = 0u; index < count; index++)
        {
            var bytes = new byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, start + (index << (32 - nodePrefixLength)));
            yield return new IPAddress(bytes) + "/" + nodePrefixLength;
        }
    }
}
