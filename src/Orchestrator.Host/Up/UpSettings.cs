using System.Net;
using System.Net.Sockets;
using Orchestrator.Api.Kinds;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Startup;
using Orchestrator.Store;

namespace Orchestrator.Host.Up;

/// <summary>What <c>up</c> was asked for. Null: as the cluster has it already, or the default.</summary>
internal sealed record UpSettings
{
    private const int DefaultApiPort = 6443;
    private const string DefaultPodCidr = "10.42.0.0/16";
    private const string DefaultServiceCidr = "10.96.0.0/16";

    /// <summary>More simulated nodes than this belong into several processes.</summary>
    private const int MostSimulatedNodes = 10_000;

    public string? DataDirectory { get; init; }

    public int? ApiPort { get; init; }

    public string? Database { get; init; }

    public int SimulatedNodes { get; init; }

    public string? NodeName { get; init; }

    public string? PodCidr { get; init; }

    public string? ServiceCidr { get; init; }

    public string? ContainerdSocket { get; init; }

    public string Runtime { get; init; } = "runc";

    public string? TokenAuthFile { get; init; }

    public Gateway.Authentication.OidcOptions? Oidc { get; init; }

    public StoreOptions Store { get; init; } = new() { ConnectionString = "" };

    public bool DisableAgent { get; init; }

    public bool DisableScheduler { get; init; }

    public bool DisableControllerManager { get; init; }

    /// <summary>What the cluster is to be, given what it was.</summary>
    /// <exception cref="StartupException">An option makes no sense or contradicts what the cluster was made with.</exception>
    public ClusterRecord Resolve(ClusterRecord? existing)
    {
        var record = new ClusterRecord
        {
            PodCidr = Keep("--pod-cidr", PodCidr, existing?.PodCidr, DefaultPodCidr),
            ServiceCidr = Keep("--service-cidr", ServiceCidr, existing?.ServiceCidr, DefaultServiceCidr),
            NodeName = Keep("--node-name", NodeName, existing?.NodeName, Dns.GetHostName().ToLowerInvariant()),
            ApiPort = ApiPort ?? existing?.ApiPort ?? DefaultApiPort,
            Database = Database ?? existing?.Database,
            ContainerdSocket = ContainerdSocket ?? existing?.ContainerdSocket,
        };
        if (existing is { Database: null } && Database is not null)
        {
            throw new StartupException("this cluster has a database of its own in its data directory: leave --database out, or choose another directory with --data-dir");
        }

        Check(record);
        return record;
    }

    private static string Keep(string option, string? given, string? existing, string byDefault) =>
        existing is null || given is null || given == existing
            ? given ?? existing ?? byDefault
            : throw new StartupException($"{option} {given}: this cluster was made with {existing}, which cannot be changed. Leave the option out, or choose another directory with --data-dir.");

    private void Check(ClusterRecord record)
    {
        var pods = Range("--pod-cidr", record.PodCidr, 8, 24);
        var services = Range("--service-cidr", record.ServiceCidr, 8, 28);
        if (pods.Contains(services.BaseAddress) || services.Contains(pods.BaseAddress))
        {
            throw new StartupException($"--pod-cidr {record.PodCidr} and --service-cidr {record.ServiceCidr} overlap: choose ranges apart from each other");
        }

        if (record.ApiPort is < 1 or > 65535)
        {
            throw new StartupException($"--api-port {record.ApiPort}: a port is a number from 1 to 65535");
        }

        if (ObjectNames.DnsSubdomainErrors(record.NodeName).FirstOrDefault() is { } fault)
        {
            throw new StartupException($"--node-name {record.NodeName}: {fault}");
        }

        if (SimulatedNodes is < 0 or > MostSimulatedNodes)
        {
            throw new StartupException($"--simulated-nodes {SimulatedNodes}: from 0 to {MostSimulatedNodes}");
        }

        if (Runtime is not ("runc" or "crun"))
        {
            throw new StartupException($"--runtime {Runtime}: runc or crun");
        }

        if (!Environment.IsPrivilegedProcess && !DisableAgent && SimulatedNodes == 0)
        {
            throw new StartupException("running containers needs root: run this with sudo, or try the API and the controllers with --simulated-nodes 3");
        }
    }

    private static IPNetwork Range(string option, string text, int shortest, int longest) =>
        IPNetwork.TryParse(text, out var range) && range.BaseAddress.AddressFamily == AddressFamily.InterNetwork && range.PrefixLength >= shortest && range.PrefixLength <= longest
            ? range
            : throw new StartupException($"{option} {text}: wants an IPv4 range with a prefix of {shortest} to {longest} bits, as in 10.42.0.0/16");
}
