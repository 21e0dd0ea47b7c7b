using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>What of the host a pod may share.</summary>
internal static class HostChecks
{
    private static readonly string[] Shared = ["hostNetwork", "hostPID", "hostIPC"];
    private static readonly string[] Probing = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] Hooks = ["postStart", "preStop"];
    private static readonly string[] Handlers = ["httpGet", "tcpSocket"];

    private static readonly (string Name, int Since)[] SafeSysctls =
    [
        ("kernel.shm_rmid_forced", 0), ("net.ipv4.ip_local_port_range", 0), ("net.ipv4.tcp_syncookies", 0), ("net.ipv4.ping_group_range", 0),
        ("net.ipv4.ip_unprivileged_port_start", 0), ("net.ipv4.ip_local_reserved_ports", 27), ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29), ("net.ipv4.tcp_keepalive_intvl", 29), ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32), ("net.ipv4.tcp_wmem", 32),
    ];

    /// <summary>hostNamespaces.</summary>
    public static Violation? Namespaces(PodUnderCheck pod, int minor)
    {
        var shared = Shared.Where(pod.Spec.Flag).Select(name => name + "=true").ToList();
        return shared.Count == 0 ? null : new Violation("host namespaces", string.Join(", ", shared));
    }

    /// <summary>hostPorts.</summary>
    public static Violation? Ports(PodUnderCheck pod, int minor)
    {
        var bad = pod.Containers.Where(container => PortsOf(container).Any()).ToList();
        var ports = bad.SelectMany(PortsOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? null : new Violation("hostPort",
            $"{ViolationText.Containers([.. bad.Select(container => container.Text("name"))])} {ViolationText.Plural("uses", "use", bad.Count)} "
            + $"{ViolationText.Plural("hostPort", "hostPorts", ports.Count)} {string.Join(", ", ports)}");
    }

    /// <summary>hostProbesAndHostLifecycle.</summary>
    public static Violation? Probes(PodUnderCheck pod, int minor)
    {
        var bad = pod.Containers.Where(container => HostsOf(container).Any()).ToList();
        var names = bad.Select(container => container.Text("name")).Order(StringComparer.Ordinal).ToList();
        var hosts = bad.SelectMany(HostsOf).Distinct(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? null : new Violation("probe or lifecycle host",
            $"{ViolationText.Containers(names)} {ViolationText.Plural("uses", "use", names.Count)} "
            + $"{ViolationText.Plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.Count)} {ViolationText.QuotedSet(hosts)}");
    }

    /// <summary>procMount: since 1.35 a pod with users of its own may unmask what it likes.</summary>
    public static Violation? ProcMountOfHostUsers(PodUnderCheck pod, int minor) => minor >= 35 && pod.HasOwnUsers ? null : ProcMount(pod, minor);

    /// <summary>procMount, whatever the users; the restricted level from 1.35 on.</summary>
    public static Violation? ProcMount(PodUnderCheck pod, int minor)
    {
        var bad = pod.Containers.Where(container => container.Object("securityContext").Text("procMount") is not ("" or "Default")).ToList();
        return bad.Count == 0 ? null : new Violation("procMount",
            $"{ViolationText.Containers([.. bad.Select(container => container.Text("name"))])} must not set securityContext.procMount to "
            + ViolationText.QuotedSet(bad.Select(container => container.Object("securityContext").Text("procMount"))));
    }

    /// <summary>sysctls.</summary>
    public static Violation? Sysctls(PodUnderCheck pod, int minor)
    {
        var bad = pod.Context.Items("sysctls").Select(sysctl => sysctl.Text("name"))
            .Where(name => !Array.Exists(SafeSysctls, safe => safe.Name == name && safe.Since <= minor)).ToList();
        return bad.Count == 0 ? null : new Violation("forbidden sysctls", string.Join(", ", bad));
    }

    /// <summary>windowsHostProcess.</summary>
    public static Violation? WindowsProcesses(PodUnderCheck pod, int minor)
    {
        var bad = pod.Containers.Where(container => IsHostProcess(container.Object("securityContext"))).Select(container => container.Text("name")).ToList();
        return bad.Count == 0 && !IsHostProcess(pod.Context) ? null : new Violation("hostProcess",
            $"{ViolationText.Setters(IsHostProcess(pod.Context), bad)} must not set securityContext.windowsOptions.hostProcess=true");
    }

    private static bool IsHostProcess(JsonObject? context) => context.Object("windowsOptions").Flag("hostProcess");

    private static IEnumerable<string> PortsOf(JsonObject container) => container.Items("ports").Select(port => port.Integer("hostPort") ?? 0)
        .Where(port => port != 0).Select(port => port.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<string> HostsOf(JsonObject container) =>
        Probing.Select(container.Object).Concat(Hooks.Select(container.Object("lifecycle").Object))
            .SelectMany(handler => Handlers.Select(way => handler.Object(way).Text("host"))).Where(host => host.Length > 0);
}
