using System.Globalization;
using System.Net;
using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>Where a probe or a hook connects to.</summary>
internal static class ProbeTarget
{
    private const int HighestPort = 65535;

    /// <summary>The number of a port that is given as one, or by its name in the container.</summary>
    /// <exception cref="FormatException">There is no such port.</exception>
    public static int Port(IntOrString? port, V1Container container)
    {
        var text = port?.Value ?? "";
        var named = container.Ports?.FirstOrDefault(candidate => candidate.Name == text);
        if (named is not null)
        {
            return named.ContainerPort;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw new FormatException($"couldn't find port: \"{text}\" in container \"{container.Name}\"");
        }

        return number is > 0 and <= HighestPort ? number : throw new FormatException($"invalid port number: {number}");
    }

    /// <summary>An address as it stands in front of a port.</summary>
    public static string Joined(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>The place as the socket library wants it: a name is looked up by it.</summary>
    public static EndPoint EndPoint(string host, int port) =>
        IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
}
