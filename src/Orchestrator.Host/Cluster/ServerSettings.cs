using System.Net;
using Orchestrator.Store;

namespace Orchestrator.Host.Cluster;

/// <summary>What makes a silo.</summary>
internal sealed record ServerSettings
{
    /// <summary>The database's connection string.</summary>
    public required string Database { get; init; }

    /// <summary>Where the API listens; null: everywhere.</summary>
    public IPAddress? ApiAddress { get; init; }

    /// <summary>The API's port.</summary>
    public required int ApiPort { get; init; }

    /// <summary>Where other silos and Orleans clients reach this one.</summary>
    public IPAddress SiloAddress { get; init; } = IPAddress.Loopback;

    /// <summary>For other silos.</summary>
    public required int SiloPort { get; init; }

    /// <summary>For Orleans clients.</summary>
    public required int ClientPort { get; init; }

    /// <summary>The URL at which agents reach this silo.</summary>
    public required string AdvertisedUrl { get; init; }

    /// <summary>Further names and addresses in the API's certificate.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The addresses of pods.</summary>
    public required string PodCidr { get; init; }

    /// <summary>The addresses of Services.</summary>
    public required string ServiceCidr { get; init; }

    /// <summary>The text of a token file; empty: none.</summary>
    public string TokenAuthFile { get; init; } = "";

    /// <summary>The OpenID Connect provider whose users are let in; null: none.</summary>
    public Gateway.Authentication.OidcOptions? Oidc { get; init; }

    /// <summary>The store's bounds; its connection string is <see cref="Database"/>.</summary>
    public StoreOptions Store { get; init; } = new() { ConnectionString = "" };

    /// <summary>False: pods are placed by somebody else.</summary>
    public bool RunsScheduler { get; init; } = true;

    /// <summary>False: nothing reconciles.</summary>
    public bool RunsControllers { get; init; } = true;

    /// <summary>The address of the <c>kubernetes</c> Service: the first of the range.</summary>
    public IPAddress KubernetesService => AddressAt(ServiceCidr, 1);

    /// <summary>The address of the cluster's DNS: the tenth, as everybody has it.</summary>
    public IPAddress ClusterDns => AddressAt(ServiceCidr, 10);

    private static IPAddress AddressAt(string cidr, byte offset)
    {
        var bytes = IPNetwork.Parse(cidr).BaseAddress.GetAddressBytes();
        bytes[^1] += offset;
        return new IPAddress(bytes);
    }
}
