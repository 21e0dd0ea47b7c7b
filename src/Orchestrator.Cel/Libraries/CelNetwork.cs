using System.Globalization;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>A network in CIDR notation; bits after the prefix are kept.</summary>
/// <remarks>Upstream: pkg/cel/library/cidr.go of the apiserver.</remarks>
internal sealed class CelNetwork(CelAddress address, int bits) : CelOpaque
{
    public static CelType TypeOfNetworks { get; } = CelType.Opaque("net.CIDR");

    public CelAddress Address { get; } = address;

    /// <summary>The length of the prefix.</summary>
    public int Bits { get; } = bits;

    public override CelType Type => TypeOfNetworks;

    /// <summary>The number of bytes that the prefix touches; the cost model charges by it.</summary>
    public override long Size => (Bits + 7) / 8;

    /// <summary>Reads a network; null, with upstream's message, when the text is none or not allowed.</summary>
    public static CelNetwork? Parse(string text, out string error)
    {
        var shown = CelQuote.Go(text);
        var slash = text.LastIndexOf('/');
        var why = "no '/'";
        byte[]? bytes = null;
        var bits = 0;
        if (slash >= 0)
        {
            bytes = CelAddress.Read(text[..slash], out var reason);
            var length = text[(slash + 1)..];
            if (bytes is null)
            {
                why = $"ParseAddr({CelQuote.Go(text[..slash])}): {reason}";
            }
            else if (length.Length == 0 || !length.All(char.IsAsciiDigit) || (length.Length > 1 && length[0] == '0'))
            {
                why = $"bad bits after slash: {CelQuote.Go(length)}";
                bytes = null;
            }
            else if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > bytes.Length * 8)
            {
                why = "prefix length out of range";
                bytes = null;
            }
        }

        error = bytes is null ? $"network address parse error during conversion from string: netip.ParsePrefix({shown}): {why}"
            : CelAddress.IsMapped(bytes) ? $"IPv4-mapped IPv6 address {shown} is not allowed"
            : string.Empty;
        return error.Length == 0 ? new CelNetwork(new CelAddress(bytes!), bits) : null;
    }

    public CelNetwork Masked() => new(new CelAddress(Masked(Address.Bytes, Bits)), Bits);

    public bool Contains(CelAddress other) => other.Family == Address.Family && Masked(other.Bytes, Bits).AsSpan().SequenceEqual(Masked(Address.Bytes, Bits));

    public bool Contains(CelNetwork other) => Bits <= other.Bits && other.Address.Family == Address.Family && Masked(Address.Bytes, Bits).AsSpan().SequenceEqual(Masked(other.Address.Bytes, Bits));

    public override bool EqualTo(CelValue other) => other is CelNetwork network && network.Bits == Bits && network.Address.EqualTo(Address);

    public override string ToString() => $"{Address}/{Bits}";

    internal override int Hash() => HashCode.Combine(Address.Hash(), Bits);

    private static byte[] Masked(ReadOnlySpan<byte> bytes, int bits)
    {
        var masked = bytes.ToArray();
        for (var i = 0; i < masked.Length; i++)
        {
            var kept = Math.Clamp(bits - (8 * i), 0, 8);
            masked[i] &= (byte)(0xFF << (8 - kept));
        }

        return masked;
    }
}
