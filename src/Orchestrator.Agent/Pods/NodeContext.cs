using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Connection;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Images;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>What all pods of a node share.</summary>
internal sealed class NodeContext
{
    public required AgentOptions Options { get; init; }

    public required NodeFacts Facts { get; init; }

    public required ICriRuntime Runtime { get; init; }

    public required ImagePuller Images { get; init; }

    public required Outbox Outbox { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The cluster's DNS server and domain, as the assignment names them.</summary>
    public string ClusterDns { get; set; } = "";

    /// <summary>The cluster's DNS domain.</summary>
    public string ClusterDomain { get; set; } = "";

    /// <summary>Where a pod's volumes and files are.</summary>
    public string PodDirectory(string uid) => Path.Combine(Options.StateDirectory, "pods", uid);

    /// <summary>Where a pod's logs are.</summary>
    public string LogDirectory(string ns, string name, string uid) => Path.Combine(Options.StateDirectory, "logs", "pods", $"{ns}_{name}_{uid}");

    /// <summary>Where a pod's containers listen; empty when they have no address.</summary>
    public string AddressOf(V1Pod pod, PodRuntime runtime) =>
        pod.Spec.HostNetwork == true ? Facts.Addresses[0] : runtime.Sandbox is { Ips: [var ip, ..] } ? ip : "";

    /// <summary>How the host resolves names.</summary>
    public static DNSConfig HostDns() => File.Exists(ResolvConf) ? PodDns.Read(File.ReadAllText(ResolvConf)) : new DNSConfig();

    private const string ResolvConf = "/etc/resolv.conf";
}
