using System.Text;
using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>The hosts file that a pod's containers see. Pure.</summary>
/// <remarks>Upstream: managedHostsFileContent in pkg/kubelet/kubelet_pods.go.</remarks>
internal static class HostsFile
{
    /// <summary>The file's text.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="ips">Its addresses.</param>
    /// <param name="clusterDomain">The cluster's DNS domain.</param>
    /// <param name="hostsOfNode">The host's own file: what a pod in the host's network sees.</param>
    public static string Write(V1Pod pod, IReadOnlyList<string> ips, string clusterDomain, string hostsOfNode)
    {
        var text = new StringBuilder();
        if (pod.Spec.HostNetwork == true)
        {
            text.Append("# Kubernetes-managed hosts file (host network).\n").Append(hostsOfNode);
        }
        else
        {
            text.Append("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n")
                .Append("fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
            var name = SandboxConfigs.HostName(pod, clusterDomain).Split('.')[0];
            foreach (var ip in ips)
            {
                text.Append(ip).Append('\t').Append(SandboxConfigs.FullName(pod, clusterDomain) is { } full ? $"{full}\t{name}" : name).Append('\n');
            }
        }

        if (pod.Spec.HostAliases is { Count: > 0 } aliases)
        {
            text.Append("\n# Entries added by HostAliases.\n");
            foreach (var alias in aliases)
            {
                text.Append(alias.Ip).Append('\t').AppendJoin('\t', alias.Hostnames ?? []).Append('\n');
            }
        }

        return text.ToString();
    }
}
