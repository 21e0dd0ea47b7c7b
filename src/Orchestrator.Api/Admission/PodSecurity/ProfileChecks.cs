using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>The kernel's security modules: AppArmor, SELinux, seccomp.</summary>
internal static class ProfileChecks
{
    private const string AppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
    private const string SeccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompPrefix = "container.seccomp.security.alpha.kubernetes.io/";

    /// <summary>appArmorProfile.</summary>
    public static Violation? AppArmor(PodUnderCheck pod, int minor)
    {
        var ofPod = Profile(pod.Context, "appArmorProfile");
        var bad = pod.Containers.Where(container => IsForbidden(Profile(container.Object("securityContext"), "appArmorProfile"))).ToList();
        var annotations = pod.Metadata.Map("annotations")
            .Where(note => note.Key.StartsWith(AppArmorPrefix, StringComparison.Ordinal) && !IsAllowedNote(note.Value, "localhost/", "runtime/default", ""))
            .Select(note => $"{note.Key}={GoText.Quote(note.Value)}").Order(StringComparer.Ordinal).ToList();
        var types = bad.Select(container => Profile(container.Object("securityContext"), "appArmorProfile")!).Concat(IsForbidden(ofPod) ? [ofPod!] : [])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Concat(annotations).ToList();
        if (types.Count == 0)
        {
            return null;
        }

        var setters = ViolationText.Setters(IsForbidden(ofPod), [.. bad.Select(container => container.Text("name"))]);
        var notes = annotations.Count == 0 ? "" : ViolationText.Plural("annotation", "annotations", annotations.Count);
        return new Violation(
            ViolationText.Plural("forbidden AppArmor profile", "forbidden AppArmor profiles", types.Count),
            $"{string.Join(" and ", new[] { setters, notes }.Where(text => text.Length > 0))} must not set AppArmor profile type to {ViolationText.Quoted(types)}");
    }

    /// <summary>seLinuxOptions.</summary>
    public static Violation? SeLinux(PodUnderCheck pod, int minor)
    {
        bool IsBadType(string type) => !(type is "" or "container_t" or "container_init_t" or "container_kvm_t" || (type == "container_engine_t" && minor >= 31));
        bool IsBad(JsonObject? options) => IsBadType(options.Text("type")) || options.Text("user").Length > 0 || options.Text("role").Length > 0;
        var ofPod = pod.Context.Object("seLinuxOptions");
        var bad = pod.Containers.Where(container => IsBad(container.Object("securityContext").Object("seLinuxOptions"))).ToList();
        if (bad.Count == 0 && !IsBad(ofPod))
        {
            return null;
        }

        var options = bad.Select(container => container.Object("securityContext").Object("seLinuxOptions")).Append(ofPod).ToList();
        var types = options.Select(option => option.Text("type")).Where(IsBadType).Distinct(StringComparer.Ordinal).ToList();
        var faults = new List<string>();
        if (types.Count > 0)
        {
            faults.Add($"{ViolationText.Plural("type", "types", types.Count)} {ViolationText.QuotedSet(types)}");
        }

        if (options.Exists(option => option.Text("user").Length > 0))
        {
            faults.Add("user may not be set");
        }

        if (options.Exists(option => option.Text("role").Length > 0))
        {
            faults.Add("role may not be set");
        }

        return new Violation("seLinuxOptions",
            $"{ViolationText.Setters(IsBad(ofPod), [.. bad.Select(container => container.Text("name"))])} set forbidden securityContext.seLinuxOptions: "
            + string.Join("; ", faults));
    }

    /// <summary>seccompProfile_baseline: before 1.19 the profile stood in annotations.</summary>
    public static Violation? Seccomp(PodUnderCheck pod, int minor) => minor < 19 ? SeccompNotes(pod) : SeccompForbidden(pod);

    /// <summary>seccompProfile_restricted.</summary>
    public static Violation? SeccompSet(PodUnderCheck pod, int minor)
    {
        if (minor >= 25 && pod.IsWindows)
        {
            return null;
        }

        if (SeccompForbidden(pod) is { } forbidden)
        {
            return forbidden;
        }

        var silent = Profile(pod.Context, "seccompProfile") is not null
            ? []
            : pod.Containers.Where(container => !container.Object("securityContext").Has("seccompProfile")).Select(container => container.Text("name")).ToList();
        return silent.Count == 0 ? null : new Violation("seccompProfile",
            $"pod or {ViolationText.Containers(silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }

    private static Violation? SeccompForbidden(PodUnderCheck pod)
    {
        var ofPod = Profile(pod.Context, "seccompProfile");
        var bad = pod.Containers.Where(container => IsForbidden(Profile(container.Object("securityContext"), "seccompProfile"))).ToList();
        if (bad.Count == 0 && !IsForbidden(ofPod))
        {
            return null;
        }

        var types = bad.Select(container => Profile(container.Object("securityContext"), "seccompProfile")!).Concat(IsForbidden(ofPod) ? [ofPod!] : []);
        return new Violation("seccompProfile",
            $"{ViolationText.Setters(IsForbidden(ofPod), [.. bad.Select(container => container.Text("name"))])} must not set "
            + $"securityContext.seccompProfile.type to {ViolationText.QuotedSet(types)}");
    }

    private static Violation? SeccompNotes(PodUnderCheck pod)
    {
        var concerned = pod.Containers.Select(container => SeccompPrefix + container.Text("name")).Append(SeccompOfPod).ToHashSet(StringComparer.Ordinal);
        var bad = pod.Metadata.Map("annotations")
            .Where(note => concerned.Contains(note.Key) && !IsAllowedNote(note.Value, "localhost/", "runtime/default", "docker/default"))
            .Select(note => $"{note.Key}={GoText.Quote(note.Value)}").Order(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? null : new Violation("seccompProfile",
            $"forbidden {ViolationText.Plural("annotation", "annotations", bad.Count)} {string.Join(", ", bad)}");
    }

    private static string? Profile(JsonObject? context, string field) => context.Object(field) is { } profile ? profile.Text("type") : null;

    private static bool IsForbidden(string? type) => type is not (null or "RuntimeDefault" or "Localhost");

    private static bool IsAllowedNote(string value, string prefix, params string[] values) =>
        value.StartsWith(prefix, StringComparison.Ordinal) || values.Contains(value, StringComparer.Ordinal);
}
