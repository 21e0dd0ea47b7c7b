using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Orchestrator.Api.Kinds;

/// <summary>The forms that keys, ports and addresses must have; those of names are in <see cref="ObjectNames"/>. Each check returns what is wrong, nothing when all is well.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/validation. The messages are upstream's: users search for them.</remarks>
internal static partial class Formats
{
    private const int SubdomainLength = 253;
    private const int PortNameLength = 15;

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex ConfigKeyForm { get; }

    [GeneratedRegex(@"^[ -<>-~]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentNameForm { get; }

    /// <summary>A key of a ConfigMap or Secret.</summary>
    public static IEnumerable<string> ConfigKey(string value)
    {
        if (value.Length > SubdomainLength)
        {
            yield return AtMost(SubdomainLength);
        }

        if (!ConfigKeyForm.IsMatch(value))
        {
            yield return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
                + "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
        }

        if (value is "." or "..")
        {
            yield return $"must not be '{value}'";
        }
        else if (value.StartsWith("..", StringComparison.Ordinal))
        {
            yield return "must not start with '..'";
        }
    }

    /// <summary>The name of an environment variable: printable ASCII without an equals sign.</summary>
    public static IEnumerable<string> EnvironmentName(string value)
    {
        if (!EnvironmentNameForm.IsMatch(value))
        {
            yield return "a valid environment variable name must consist only of printable ASCII characters other than '='";
        }
    }

    /// <summary>The name of a port: up to fifteen lower-case letters, digits and hyphens, with a letter.</summary>
    public static IEnumerable<string> PortName(string value)
    {
        if (value.Length > PortNameLength)
        {
            yield return AtMost(PortNameLength);
        }

        if (!value.All(c => c is '-' or (>= 'a' and <= 'z') or (>= '0' and <= '9')))
        {
            yield return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        }

        if (!value.Any(c => c is >= 'a' and <= 'z'))
        {
            yield return "must contain at least one letter (a-z)";
        }

        if (value.Contains("--", StringComparison.Ordinal))
        {
            yield return "must not contain consecutive hyphens";
        }

        if (value.Length > 0 && (value[0] == '-' || value[^1] == '-'))
        {
            yield return "must not begin or end with a hyphen";
        }
    }

    /// <summary>A port number.</summary>
    public static IEnumerable<string> PortNumber(long value)
    {
        if (value is < 1 or > 65535)
        {
            yield return "must be between 1 and 65535, inclusive";
        }
    }

    /// <summary>An IPv4 or IPv6 address in its usual form.</summary>
    public static IEnumerable<string> IpAddress(string value)
    {
        if (!IsIpAddress(value))
        {
            yield return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        }
    }

    /// <summary>An address that endpoints may not have: it would lead back to the node or to everybody.</summary>
    /// <remarks>Upstream: ValidateNonSpecialIP.</remarks>
    public static IEnumerable<string> SpecialAddress(string value)
    {
        var address = IPAddress.Parse(value);
        var bytes = address.GetAddressBytes();
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            yield return $"may not be unspecified ({value})";
        }

        if (IPAddress.IsLoopback(address))
        {
            yield return "may not be in the loopback range (127.0.0.0/8, ::1/128)";
        }

        if (address.IsIPv6LinkLocal || (bytes.Length == 4 && bytes[0] == 169 && bytes[1] == 254))
        {
            yield return "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
        }

        if (bytes.Length == 4 && bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0)
        {
            yield return "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";
        }
    }

    /// <summary>An address range in CIDR form.</summary>
    public static IEnumerable<string> Cidr(string value)
    {
        if (!IsCidr(value))
        {
            yield return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        }
    }

    /// <summary>Whether the text is an address; IPv4 must be written as four decimal parts, which .NET alone would not demand.</summary>
    public static bool IsIpAddress(string value) =>
        IPAddress.TryParse(value, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6
            ? !value.Contains('%', StringComparison.Ordinal) && !value.Contains('[', StringComparison.Ordinal)
            : value.Split('.') is { Length: 4 } parts && parts.All(part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit)));

    /// <summary>Whether a range lies in another and is smaller; both must be ranges.</summary>
    public static bool IsStrictlyWithin(string inner, string outer) =>
        IPNetwork.TryParse(Masked(inner), out var small) && IPNetwork.TryParse(Masked(outer), out var large)
        && small.PrefixLength > large.PrefixLength && large.Contains(small.BaseAddress);

    /// <summary>The network of a range, which must be one.</summary>
    public static IPNetwork Network(string range) => IPNetwork.Parse(Masked(range));

    // .NET refuses a range whose address has bits beyond its prefix; Go's ParseCIDR masks them.
    private static string Masked(string range)
    {
        var parts = range.Split('/');
        var bytes = IPAddress.Parse(parts[0]).GetAddressBytes();
        var bits = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPAddress(bytes) + "/" + parts[1];
    }

    private static bool IsCidr(string value)
    {
        var parts = value.Split('/');
        return parts.Length == 2
            && IsIpAddress(parts[0])
            && parts[1].Length is > 0 and <= 3
            && parts[1].All(char.IsAsciiDigit)
            && int.TryParse(parts[1], out var bits)
            && bits <= (parts[0].Contains(':', StringComparison.Ordinal) ? 128 : 32);
    }

    private static string AtMost(int length) => $"must be no more than {length} characters";
}
