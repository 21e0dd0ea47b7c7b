using System.Globalization;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>An IP address. Zones and version 4 addresses mapped into version 6 are refused.</summary>
/// <remarks>Upstream: parseIPAddr in pkg/cel/library/ip.go of the apiserver, over Go's net/netip.</remarks>
internal sealed class CelAddress : CelOpaque
{
    private readonly byte[] _bytes;

    internal CelAddress(byte[] bytes) => _bytes = bytes;

    public static CelType TypeOfAddresses { get; } = CelType.Opaque("net.IP");

    public override CelType Type => TypeOfAddresses;

    /// <summary>The number of bytes; the cost model charges by it.</summary>
    public override long Size => _bytes.Length;

    public int Family => _bytes.Length == 4 ? 4 : 6;

    public bool IsUnspecified => _bytes.All(unit => unit == 0);

    public bool IsLoopback => Family == 4 ? _bytes[0] == 127 : _bytes[..15].All(unit => unit == 0) && _bytes[15] == 1;

    public bool IsLinkLocalMulticast => Family == 4 ? _bytes is [224, 0, 0, _] : _bytes[0] == 0xFF && (_bytes[1] & 0x0F) == 2;

    public bool IsLinkLocalUnicast => Family == 4 ? _bytes is [169, 254, _, _] : _bytes[0] == 0xFE && (_bytes[1] & 0xC0) == 0x80;

    public bool IsGlobalUnicast => !(_bytes is [255, 255, 255, 255]) && !IsUnspecified && !IsLoopback && !IsMulticast && !IsLinkLocalUnicast;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    private bool IsMulticast => Family == 4 ? (_bytes[0] & 0xF0) == 0xE0 : _bytes[0] == 0xFF;

    /// <summary>Reads an address; null, with upstream's message, when the text is none or not allowed.</summary>
    public static CelAddress? Parse(string text, out string error)
    {
        error = string.Empty;
        var shown = CelQuote.Go(text);
        var percent = text.IndexOf('%', StringComparison.Ordinal);
        var bytes = Read(percent < 0 ? text : text[..percent], out var why);
        if (bytes is null)
        {
            error = $"IP Address {shown} parse error during conversion from string: ParseAddr({shown}): {why}";
            return null;
        }

        if (percent >= 0) error = $"IP address {shown} with zone value is not allowed";
        else if (IsMapped(bytes)) error = $"IPv4-mapped IPv6 address {shown} is not allowed";
        return error.Length == 0 ? new CelAddress(bytes) : null;
    }

    /// <summary>The bytes of an address in dotted or colon notation, or null with Go's reason.</summary>
    internal static byte[]? Read(string text, out string why)
    {
        why = "unable to parse IP";
        if (text.Contains(':', StringComparison.Ordinal)) return ReadGroups(text, out why);
        return text.Contains('.', StringComparison.Ordinal) ? ReadDotted(text, out why) : null;
    }

    internal static bool IsMapped(byte[] bytes) => bytes.Length == 16 && bytes[..10].All(unit => unit == 0) && bytes[10] == 0xFF && bytes[11] == 0xFF;

    public override bool EqualTo(CelValue other) => other is CelAddress address && address._bytes.AsSpan().SequenceEqual(_bytes);

    /// <summary>The canonical form of RFC 5952.</summary>
    public override string ToString()
    {
        if (Family == 4) return string.Join('.', _bytes);
        var groups = Enumerable.Range(0, 8).Select(i => (_bytes[2 * i] << 8) | _bytes[(2 * i) + 1]).ToArray();
        var (start, length) = LongestZeros(groups);
        if (length < 2) return string.Join(':', groups.Select(Hexadecimal));
        return $"{string.Join(':', groups[..start].Select(Hexadecimal))}::{string.Join(':', groups[(start + length)..].Select(Hexadecimal))}";
    }

    internal override int Hash()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    private static string Hexadecimal(int group) => group.ToString("x", CultureInfo.InvariantCulture);

    private static (int Start, int Length) LongestZeros(int[] groups)
    {
        var best = (Start: 0, Length: 0);
        for (var i = 0; i < groups.Length; i++)
        {
            var length = groups.Skip(i).TakeWhile(group => group == 0).Count();
            if (length > best.Length) best = (i, length);
        }

        return best;
    }

    private static byte[]? ReadDotted(string text, out string why)
    {
        why = string.Empty;
        var parts = text.Split('.');
        if (parts.Length != 4)
        {
            why = parts.Length < 4 ? "IPv4 address too short" : "IPv4 address too long";
            return null;
        }

        var bytes = new byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts[i].Length == 0) why = "IPv4 field must have at least one digit";
            else if (!parts[i].All(char.IsAsciiDigit)) why = "unexpected character";
            else if (parts[i].Length > 1 && parts[i][0] == '0') why = "IPv4 field has octet with leading zero";
            else if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i])) why = "IPv4 field has value >255";
            if (why.Length > 0) return null;
        }

        return bytes;
    }

    private static byte[]? ReadGroups(string text, out string why)
    {
        why = "unable to parse IP";
        var halves = text.Split("::");
        if (halves.Length > 2)
        {
            why = "multiple :: in address";
            return null;
        }

        if (ReadHalf(halves[0], halves.Length == 1) is not { } head) return null;
        if (halves.Length == 1) return head.Count == 16 ? [.. head] : null;
        if (ReadHalf(halves[1], true) is not { } tail || head.Count + tail.Count > 14) return null;
        return [.. head, .. new byte[16 - head.Count - tail.Count], .. tail];
    }

    private static List<byte>? ReadHalf(string text, bool isLast)
    {
        var bytes = new List<byte>(16);
        if (text.Length == 0) return bytes;
        var groups = text.Split(':');
        for (var i = 0; i < groups.Length; i++)
        {
            if (isLast && i == groups.Length - 1 && groups[i].Contains('.', StringComparison.Ordinal))
            {
                if (ReadDotted(groups[i], out _) is not { } dotted) return null;
                bytes.AddRange(dotted);
                continue;
            }

            if (groups[i].Length is 0 or > 4 || !ushort.TryParse(groups[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var group)) return null;
            bytes.Add((byte)(group >> 8));
            bytes.Add((byte)group);
        }

        return bytes;
    }
}
