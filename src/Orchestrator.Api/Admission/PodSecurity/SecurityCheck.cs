using System.Text.Json.Nodes;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>One control of the Pod Security Standards.</summary>
/// <remarks>Upstream: the Check of pod-security-admission/policy, whose identifiers and texts these are.</remarks>
/// <param name="Id">Upstream's identifier; checks run in its order.</param>
/// <param name="Level">The lowest level that has the control.</param>
/// <param name="Since">The first minor version that has it.</param>
/// <param name="Find">What is wrong with a pod, as the given version sees it; null when nothing is.</param>
internal sealed record SecurityCheck(string Id, SecurityLevel Level, int Since, Func<PodUnderCheck, int, Violation?> Find)
{
    /// <summary>The laxer control that this one stands for at its own level.</summary>
    public string? Overrides { get; init; }
}

/// <summary>What a control found.</summary>
/// <param name="Reason">What is forbidden.</param>
/// <param name="Detail">Where it is.</param>
internal sealed record Violation(string Reason, string Detail)
{
    /// <inheritdoc />
    public override string ToString() => Detail.Length == 0 ? Reason : $"{Reason} ({Detail})";
}

/// <summary>A pod, or the template of one.</summary>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Spec">Its spec.</param>
internal sealed record PodUnderCheck(JsonObject? Metadata, JsonObject Spec)
{
    /// <summary>All containers: those that prepare the pod, those that run, those that debug.</summary>
    public IReadOnlyList<JsonObject> Containers { get; } =
    [
        .. Kinds.JsonReading.Items(Spec, "initContainers"),
        .. Kinds.JsonReading.Items(Spec, "containers"),
        .. Kinds.JsonReading.Items(Spec, "ephemeralContainers"),
    ];

    /// <summary>The pod's own security context.</summary>
    public JsonObject? Context => Kinds.JsonReading.Object(Spec, "securityContext");

    /// <summary>
    /// Whether it runs in a user namespace of its own: root in it is nobody on the host, and since 1.35 the standards ask less of it.
    /// </summary>
    public bool HasOwnUsers => Kinds.JsonReading.Has(Spec, "hostUsers") && !Kinds.JsonReading.Flag(Spec, "hostUsers");

    /// <summary>Whether it runs on Windows, where much of this has no meaning.</summary>
    public bool IsWindows => Kinds.JsonReading.Text(Kinds.JsonReading.Object(Spec, "os"), "name") == "windows";
}
