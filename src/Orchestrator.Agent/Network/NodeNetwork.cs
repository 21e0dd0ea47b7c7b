using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Dns;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Network;

/// <summary>The host's bridge, CNI configuration, Service rules, cluster DNS and the pods' way to the API.</summary>
internal sealed partial class NodeNetwork : INodeNetwork, IAsyncDisposable
{
    private const int DnsPort = 53;

    private readonly NodeNetworkOptions _options;
    private readonly ILogger _logger;
    private readonly NetworkMap _map = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _servers = [];
    private NodeAddresses? _addresses;
    private string _applied = "";
    private string _clusterDomain = "";

    /// <summary>Services are known. Before that the rules of an agent before this one stay in force, and no name is denied.</summary>
    private bool _isInformed;
    private bool _servesNames;

    public NodeNetwork(NodeNetworkOptions options, ILogger<NodeNetwork> logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <inheritdoc />
    public async Task PrepareAsync(string podCidr, string clusterDns, string clusterDomain, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var addresses = new NodeAddresses
            {
                PodCidr = podCidr,
                ClusterCidr = _options.ClusterCidr,
                ServiceCidr = _options.ServiceCidr,
                ClusterDns = clusterDns,
                Bridge = _options.Bridge,
            };
            if (_addresses == addresses)
            {
                return;
            }

            await MakeBridgeAsync(addresses, cancellationToken);
            await CniConfiguration.WriteAsync(_options.CniDirectory, addresses, cancellationToken);
            if (_servers.Count == 0)
            {
                _servers.Add(ApiProxy.RunAsync(new IPEndPoint(IPAddress.Parse(addresses.Gateway), _options.ServerUrl.Port), _options.ServerUrl, _logger, _stop.Token));
            }

            (_addresses, _clusterDomain) = (addresses, clusterDomain);
            await ServeAsync(addresses, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public async Task ApplyAsync(NetworkState state, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _map.Apply(state);
            _isInformed |= state.Full;
            if (_addresses is { } addresses)
            {
                await ServeAsync(addresses, cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public NetworkState? Snapshot() => _isInformed ? _map.Snapshot() : null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_servers);
        _stop.Dispose();
        _gate.Dispose();
    }

    /// <summary>Routes Services and answers for their names, as soon as they are known.</summary>
    private async Task ServeAsync(NodeAddresses addresses, CancellationToken cancellationToken)
    {
        if (!_isInformed)
        {
            return;
        }

        await WriteRulesAsync(addresses, cancellationToken);
        if (!_servesNames)
        {
            _servesNames = true;
            _servers.Add(DnsServer.RunAsync(new IPEndPoint(IPAddress.Parse(addresses.Gateway), DnsPort), new DnsZone(_map, _clusterDomain), _logger, _stop.Token));
        }
    }

    private async Task WriteRulesAsync(NodeAddresses addresses, CancellationToken cancellationToken)
    {
        var rules = NftRuleset.Write(addresses, _map.Routes(), _options.ServerUrl.Port, DnsPort);
        if (rules == _applied)
        {
            return;
        }

        try
        {
            await HostCommand.RunAsync("nft", ["-f", "-"], rules, cancellationToken);
            _applied = rules;
        }
        catch (IOException e)
        {
            // The old rules stay in force, nft being atomic; the next change tries again.
            LogRulesRefused(e.Message);
        }
    }

    private static async Task MakeBridgeAsync(NodeAddresses addresses, CancellationToken cancellationToken)
    {
        // Asked of the kernel, not of /sys: that may have been mounted in another network namespace.
        if (NetworkInterface.GetAllNetworkInterfaces().All(link => link.Name != addresses.Bridge))
        {
            await HostCommand.RunAsync("ip", ["link", "add", addresses.Bridge, "type", "bridge"], null, cancellationToken);
        }

        await HostCommand.RunAsync("ip", ["link", "set", addresses.Bridge, "up"], null, cancellationToken);
        await HostCommand.RunAsync("ip", ["addr", "replace", $"{addresses.Gateway}/{addresses.PodPrefix}", "dev", addresses.Bridge], null, cancellationToken);
        // A Service's address needs some route before it is translated, also on a host without a default one.
        await HostCommand.RunAsync("ip", ["route", "replace", addresses.ServiceCidr, "dev", addresses.Bridge, "src", addresses.Gateway], null, cancellationToken);
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellationToken);
        // Pods reach a pod through its Service across the bridge only if bridged packets meet the rules, where the kernel offers it.
        const string BridgeCallsRules = "/proc/sys/net/bridge/bridge-nf-call-iptables";
        if (File.Exists(BridgeCallsRules))
        {
            await File.WriteAllTextAsync(BridgeCallsRules, "1", cancellationToken);
        }
    }
}

/// <summary>What the node's network must know of its host and cluster.</summary>
internal sealed record NodeNetworkOptions
{
    /// <summary>The bridge's and table's name, at most 15 characters.</summary>
    public required string Bridge { get; init; }

    /// <summary>Where the runtime looks for CNI configurations.</summary>
    public required string CniDirectory { get; init; }

    /// <summary>Where the API is reached from this host.</summary>
    public required Uri ServerUrl { get; init; }

    /// <summary>The pods of all nodes.</summary>
    public string ClusterCidr { get; init; } = "10.42.0.0/16";

    /// <summary>Services.</summary>
    public string ServiceCidr { get; init; } = "10.96.0.0/16";
}
