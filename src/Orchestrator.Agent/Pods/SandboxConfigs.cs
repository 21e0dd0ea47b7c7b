using System.Globalization;
using k8s.Models;
using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>Writes the runtime's configuration of a pod's sandbox from the pod's document. Pure.</summary>
/// <remarks>Upstream: pkg/kubelet/kuberuntime/kuberuntime_sandbox.go.</remarks>
internal static class SandboxConfigs
{
    /// <summary>A host name has no more characters than this.</summary>
    private const int LongestHostName = 63;

    /// <summary>The configuration.</summary>
    public static PodSandboxConfig Of(V1Pod pod, int attempt, string logDirectory, string cgroupParent, DNSConfig dns, string clusterDomain)
    {
        var isHostNetwork = pod.Spec.HostNetwork == true;
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata
            {
                Name = pod.Metadata.Name,
                Namespace = pod.Metadata.NamespaceProperty,
                Uid = pod.Metadata.Uid,
                Attempt = (uint)attempt,
            },

            // A pod in the host's network has the host's name, by sharing its UTS namespace.
            Hostname = isHostNetwork ? "" : HostName(pod, clusterDomain),
            LogDirectory = logDirectory,
            DnsConfig = dns,
            Linux = new LinuxPodSandboxConfig
            {
                CgroupParent = cgroupParent,
                SecurityContext = SecurityOf(pod),
            },
        };
        config.Labels.Add(pod.Metadata.Labels ?? new Dictionary<string, string>());
        config.Labels[CriLabels.PodName] = pod.Metadata.Name;
        config.Labels[CriLabels.PodNamespace] = pod.Metadata.NamespaceProperty;
        config.Labels[CriLabels.PodUid] = pod.Metadata.Uid;
        config.Annotations[CriLabels.GracePeriod] = (pod.Spec.TerminationGracePeriodSeconds ?? 30).ToString(CultureInfo.InvariantCulture);
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
        {
            config.Linux.Sysctls[sysctl.Name] = sysctl.Value;
        }

        if (!isHostNetwork)
        {
            config.PortMappings.Add(PortsOf(pod));
        }

        return config;
    }

    /// <summary>The pod's host name: its own choice or its name.</summary>
    public static string HostName(V1Pod pod, string clusterDomain)
    {
        var name = pod.Spec.Hostname is { Length: > 0 } own ? own : pod.Metadata.Name;
        name = name.Length <= LongestHostName ? name : name[..LongestHostName].TrimEnd('-', '.');
        return pod.Spec.SetHostnameAsFQDN == true && FullName(pod, clusterDomain) is { } full ? full : name;
    }

    /// <summary>The pod's name in the cluster's DNS; null of a pod without a subdomain.</summary>
    public static string? FullName(V1Pod pod, string clusterDomain) => pod.Spec.Subdomain is { Length: > 0 } subdomain
        ? $"{(pod.Spec.Hostname is { Length: > 0 } own ? own : pod.Metadata.Name)}.{subdomain}.{pod.Metadata.NamespaceProperty}.svc.{clusterDomain}"
        : null;

    /// <summary>Which namespaces the containers share, and with whom.</summary>
    public static NamespaceOption Namespaces(V1Pod pod) => new()
    {
        Network = pod.Spec.HostNetwork == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = pod.Spec.HostIPC == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID == true ? NamespaceMode.Node : pod.Spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
    };

    private static LinuxSandboxSecurityContext SecurityOf(V1Pod pod)
    {
        var context = new LinuxSandboxSecurityContext
        {
            NamespaceOptions = Namespaces(pod),
            Privileged = PodSpecs.AllContainers(pod).Any(container => container.SecurityContext?.Privileged == true),
            Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
        };
        if (pod.Spec.SecurityContext?.RunAsUser is { } user)
        {
            context.RunAsUser = new AgentProtocol.Cri.Int64Value { Value = user };
            if (pod.Spec.SecurityContext.RunAsGroup is { } group)
            {
                context.RunAsGroup = new AgentProtocol.Cri.Int64Value { Value = group };
            }
        }

        context.SupplementalGroups.Add(pod.Spec.SecurityContext?.SupplementalGroups?.Where(group => group.HasValue).Select(group => group!.Value) ?? []);
        if (pod.Spec.SecurityContext?.FsGroup is { } fsGroup)
        {
            context.SupplementalGroups.Add(fsGroup);
        }

        return context;
    }

    private static IEnumerable<PortMapping> PortsOf(V1Pod pod) =>
        from container in PodSpecs.AllContainers(pod)
        from port in container.Ports ?? []
        where port.HostPort is > 0
        select new PortMapping
        {
            ContainerPort = port.ContainerPort,
            HostPort = port.HostPort ?? 0,
            HostIp = port.HostIP ?? "",
            Protocol = port.Protocol switch { "UDP" => Protocol.Udp, "SCTP" => Protocol.Sctp, _ => Protocol.Tcp },
        };
}
