using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>Privileges and capabilities.</summary>
internal static class PrivilegeChecks
{
    private static readonly string[] Default =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ];

    /// <summary>privileged.</summary>
    public static Violation? Privileged(PodUnderCheck pod, int minor)
    {
        var bad = pod.Containers.Where(container => container.Object("securityContext").Flag("privileged")).Select(container => container.Text("name")).ToList();
        return bad.Count == 0 ? null : new Violation("privileged", $"{ViolationText.Containers(bad)} must not set securityContext.privileged=true");
    }

    /// <summary>capabilities_baseline.</summary>
    public static Violation? AddedCapabilities(PodUnderCheck pod, int minor)
    {
        var bad = pod.Containers.Where(container => Added(container).Any(IsNotDefault)).ToList();
        return bad.Count == 0 ? null : new Violation("non-default capabilities",
            $"{ViolationText.Containers([.. bad.Select(container => container.Text("name"))])} must not include "
            + $"{ViolationText.QuotedSet(bad.SelectMany(Added).Where(IsNotDefault))} in securityContext.capabilities.add");
    }

    /// <summary>capabilities_restricted.</summary>
    public static Violation? KeptCapabilities(PodUnderCheck pod, int minor)
    {
        if (minor >= 25 && pod.IsWindows)
        {
            return null;
        }

        var keeping = pod.Containers.Where(container => !container.Object("securityContext").Object("capabilities").Texts("drop").Contains("ALL", StringComparer.Ordinal))
            .Select(container => container.Text("name")).ToList();
        var adding = pod.Containers.Where(container => Added(container).Any(IsMoreThanPorts)).ToList();
        var details = new List<string>();
        if (keeping.Count > 0)
        {
            details.Add($"{ViolationText.Containers(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]");
        }

        if (adding.Count > 0)
        {
            details.Add($"{ViolationText.Containers([.. adding.Select(container => container.Text("name"))])} must not include "
                + $"{ViolationText.QuotedSet(adding.SelectMany(Added).Where(IsMoreThanPorts))} in securityContext.capabilities.add");
        }

        return details.Count == 0 ? null : new Violation("unrestricted capabilities", string.Join("; ", details));
    }

    /// <summary>allowPrivilegeEscalation.</summary>
    public static Violation? Escalation(PodUnderCheck pod, int minor)
    {
        if (minor >= 25 && pod.IsWindows)
        {
            return null;
        }

        var bad = pod.Containers
            .Where(container => !container.Object("securityContext").Has("allowPrivilegeEscalation") || container.Object("securityContext").Flag("allowPrivilegeEscalation"))
            .Select(container => container.Text("name")).ToList();
        return bad.Count == 0 ? null : new Violation("allowPrivilegeEscalation != false",
            $"{ViolationText.Containers(bad)} must set securityContext.allowPrivilegeEscalation=false");
    }

    private static IEnumerable<string> Added(System.Text.Json.Nodes.JsonObject container) =>
        container.Object("securityContext").Object("capabilities").Texts("add");

    private static bool IsNotDefault(string capability) => !Default.Contains(capability, StringComparer.Ordinal);

    private static bool IsMoreThanPorts(string capability) => capability != "NET_BIND_SERVICE";
}
