using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Streaming;

namespace Orchestrator.Gateway.Subresources;

/// <summary>The ports that a client of channels names in the query, for it has no other place for them.</summary>
internal static class ForwardedPorts
{
    /// <summary>The ports in their order, each value one or several with commas between.</summary>
    /// <remarks>Upstream: NewV4Options, portforward/websocket.go.</remarks>
    public static (IReadOnlyList<int> Ports, ApiStatus? Fault) Read(IQueryCollection query)
    {
        List<int> ports = [];
        foreach (var word in query["ports"].SelectMany(static value => (value ?? "").Split(',')))
        {
            if (!ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                return ([], Statuses.BadRequest($"unable to parse \"{word}\" as a port"));
            }

            if (port == 0)
            {
                return ([], Statuses.BadRequest($"port \"{word}\" must be > 0"));
            }

            ports.Add(port);
        }

        return ports.Count switch
        {
            0 => ([], Statuses.BadRequest("query parameter \"ports\" is required")),
            > ChannelForwarding.MaxPorts => ([], Statuses.BadRequest($"at most {ChannelForwarding.MaxPorts} ports can be forwarded over one connection")),
            _ => (ports, null),
        };
    }
}
