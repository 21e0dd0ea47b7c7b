using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The range of cluster IPs, and the choice of a free one: a pure function of the range, what is taken and a seed.</summary>
/// <remarks>Upstream: pkg/registry/core/service/ipallocator. As there, the lower part of the range is kept for addresses that are asked for
/// by number, and is used for others only when the rest is full.</remarks>
public sealed class ServiceAddresses
{
    /// <summary>The range of a cluster that does not say otherwise.</summary>
    public const string DefaultCidr = "10.96.0.0/16";

    private const uint ApiServerOffset = 1;
    private const uint DnsOffset = 10;

    private readonly uint network;
    private readonly uint size;

    /// <summary>Creates the range.</summary>
    /// <param name="cidr">An IPv4 range of 8 to 65,536 times 256 addresses (/8 to /28).</param>
    /// <exception cref="FormatException">The text is not such a range.</exception>
    public ServiceAddresses(string cidr = DefaultCidr)
    {
        var parts = cidr.Split('/');
        if (parts.Length != 2 || ToNumber(parts[0]) is not { } address
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits is < 8 or > 28)
        {
            throw new FormatException($"'{cidr}' is not an IPv4 service range such as {DefaultCidr}, with a prefix length from 8 to 28");
        }

        size = 1U << (32 - bits);
        network = address & ~(size - 1);
        Cidr = cidr;
    }

    /// <summary>The range as it was given.</summary>
    public string Cidr { get; }

    /// <summary>The address of the <c>kubernetes</c> Service, the first of the range.</summary>
    public string ApiServer => ToText(network + ApiServerOffset);

    /// <summary>The address of cluster DNS, the tenth of the range.</summary>
    public string Dns => ToText(network + DnsOffset);

    /// <summary>Whether a Service may have the address: it lies in the range and is neither its first nor its last.</summary>
    public bool Contains(string address) => ToNumber(address) is { } number && number > network && number < network + size - 1;

    /// <summary>A free address, or null when all are taken. The seed chooses where the search begins.</summary>
    public string? Choose(IReadOnlySet<string> used, Guid seed)
    {
        var reserved = ReservedLow();
        return Search(reserved, size - 1, used, seed) ?? Search(1, reserved, used, seed);
    }

    /// <summary>How many addresses from the start are kept for those asked for by number; upstream: min(max(16, size/16), 256).</summary>
    private uint ReservedLow() => Math.Min(Math.Min(Math.Max(16, size / 16), 256), size - 2);

    /// <summary>Any of the free addresses with the same chance: of many who choose at once, few want the same even when few are free.</summary>
    private string? Search(uint from, uint to, IReadOnlySet<string> used, Guid seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        seed.TryWriteBytes(bytes);
        for (var chance = 0; chance < bytes.Length; chance += sizeof(uint))
        {
            // In a range that is not nearly full this ends the search, without a look at all that is taken.
            var offset = from + (BinaryPrimitives.ReadUInt32BigEndian(bytes[chance..]) % (to - from));
            if (offset is not (ApiServerOffset or DnsOffset) && ToText(network + offset) is var address && !used.Contains(address))
            {
                return address;
            }
        }

        var taken = used.Select(ToNumber).OfType<uint>().Select(number => number - network).Concat([ApiServerOffset, DnsOffset])
            .Where(offset => offset >= from && offset < to).Distinct().Order().ToList();
        var free = to - from - (uint)taken.Count;
        if (free == 0)
        {
            return null;
        }

        var chosen = from + (BinaryPrimitives.ReadUInt32BigEndian(bytes) % free);
        foreach (var offset in taken.TakeWhile(offset => offset <= chosen))
        {
            // Each taken one before the chosen one moves it up by one.
            chosen++;
        }

        return ToText(network + chosen);
    }

    private static uint? ToNumber(string text) =>
        Formats.IsIpAddress(text) && IPAddress.Parse(text) is { AddressFamily: AddressFamily.InterNetwork } address
            ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes())
            : null;

    private static string ToText(uint number) =>
        string.Create(CultureInfo.InvariantCulture, $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}");
}
