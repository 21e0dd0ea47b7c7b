using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>As whom containers may run.</summary>
internal static class UserChecks
{
    /// <summary>The minor version from which on root is allowed to a pod that has users of its own.</summary>
    private const int OwnUsersSince = 35;

    /// <summary>runAsNonRoot.</summary>
    public static Violation? NonRoot(PodUnderCheck pod, int minor)
    {
        if (minor >= OwnUsersSince && pod.HasOwnUsers)
        {
            return null;
        }

        const string Reason = "runAsNonRoot != true";
        var isPodRoot = pod.Context.Has("runAsNonRoot") && !pod.Context.Flag("runAsNonRoot");
        var said = pod.Containers.Where(container => Says(container) && !container.Object("securityContext").Flag("runAsNonRoot")).Select(Name).ToList();
        if (isPodRoot || said.Count > 0)
        {
            return new Violation(Reason, $"{ViolationText.Setters(isPodRoot, said)} must not set securityContext.runAsNonRoot=false");
        }

        var silent = pod.Context.Flag("runAsNonRoot") ? [] : pod.Containers.Where(container => !Says(container)).Select(Name).ToList();
        return silent.Count == 0 ? null : new Violation(Reason, $"pod or {ViolationText.Containers(silent)} must set securityContext.runAsNonRoot=true");
    }

    /// <summary>runAsUser.</summary>
    public static Violation? User(PodUnderCheck pod, int minor)
    {
        if (minor >= OwnUsersSince && pod.HasOwnUsers)
        {
            return null;
        }

        var isPodRoot = pod.Context.Integer("runAsUser") == 0;
        var bad = pod.Containers.Where(container => container.Object("securityContext").Integer("runAsUser") == 0).Select(Name).ToList();
        return !isPodRoot && bad.Count == 0 ? null : new Violation("runAsUser=0", $"{ViolationText.Setters(isPodRoot, bad)} must not set runAsUser=0");
    }

    private static bool Says(JsonObject container) => container.Object("securityContext").Has("runAsNonRoot");

    private static string Name(JsonObject container) => container.Text("name");
}
