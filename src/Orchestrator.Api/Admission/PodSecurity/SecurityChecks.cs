namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>All controls, and what a pod violates of a level.</summary>
/// <remarks>Upstream: pod-security-admission/policy/registry.go. Those of the baseline come first, each group in the order of the identifiers;
/// a control of the restricted level that says more than one of the baseline replaces it.</remarks>
internal static class SecurityChecks
{
    /// <summary>The newest minor version in which a control changed; later ones and <c>latest</c> are the same.</summary>
    private const int Newest = 35;

    private static readonly SecurityCheck[] All =
    [
        new("appArmorProfile", SecurityLevel.Baseline, 0, ProfileChecks.AppArmor),
        new("capabilities_baseline", SecurityLevel.Baseline, 0, PrivilegeChecks.AddedCapabilities),
        new("hostNamespaces", SecurityLevel.Baseline, 0, HostChecks.Namespaces),
        new("hostPathVolumes", SecurityLevel.Baseline, 0, VolumeChecks.HostPaths),
        new("hostPorts", SecurityLevel.Baseline, 0, HostChecks.Ports),
        new("hostProbesAndHostLifecycle", SecurityLevel.Baseline, 34, HostChecks.Probes),
        new("privileged", SecurityLevel.Baseline, 0, PrivilegeChecks.Privileged),
        new("procMount", SecurityLevel.Baseline, 0, HostChecks.ProcMountOfHostUsers),
        new("seLinuxOptions", SecurityLevel.Baseline, 0, ProfileChecks.SeLinux),
        new("seccompProfile_baseline", SecurityLevel.Baseline, 0, ProfileChecks.Seccomp),
        new("sysctls", SecurityLevel.Baseline, 0, HostChecks.Sysctls),
        new("windowsHostProcess", SecurityLevel.Baseline, 0, HostChecks.WindowsProcesses),
        new("allowPrivilegeEscalation", SecurityLevel.Restricted, 8, PrivilegeChecks.Escalation),
        new("capabilities_restricted", SecurityLevel.Restricted, 22, PrivilegeChecks.KeptCapabilities) { Overrides = "capabilities_baseline" },
        new("procMount_restricted", SecurityLevel.Restricted, 35, HostChecks.ProcMount) { Overrides = "procMount" },
        new("restrictedVolumes", SecurityLevel.Restricted, 0, VolumeChecks.Types) { Overrides = "hostPathVolumes" },
        new("runAsNonRoot", SecurityLevel.Restricted, 0, UserChecks.NonRoot),
        new("runAsUser", SecurityLevel.Restricted, 23, UserChecks.User),
        new("seccompProfile_restricted", SecurityLevel.Restricted, 19, ProfileChecks.SeccompSet) { Overrides = "seccompProfile_baseline" },
    ];

    /// <summary>What a pod violates.</summary>
    public static IReadOnlyList<Violation> Violations(LevelVersion policy, PodUnderCheck pod)
    {
        if (policy.Level == SecurityLevel.Privileged)
        {
            return [];
        }

        var minor = Math.Min(policy.Minor ?? Newest, Newest);
        var active = All.Where(check => check.Level <= policy.Level && check.Since <= minor).ToList();
        var overridden = active.Select(check => check.Overrides).ToHashSet(StringComparer.Ordinal);
        return [.. active.Where(check => !overridden.Contains(check.Id)).Select(check => check.Find(pod, minor)).OfType<Violation>()];
    }
}
