using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>What the labels of a namespace ask of its pods.</summary>
/// <remarks>Upstream: PolicyToEvaluate of pod-security-admission/api/helpers.go. The audit mode is checked as to its form and otherwise
/// without effect: there is no audit log that it could write to.</remarks>
/// <param name="Enforce">What pods must be.</param>
/// <param name="Warn">What is warned of.</param>
/// <param name="Faults">Labels that cannot be read.</param>
internal sealed record NamespacePolicy(LevelVersion Enforce, LevelVersion Warn, IReadOnlyList<FieldError> Faults)
{
    private const string Prefix = "pod-security.kubernetes.io/";

    /// <summary>Reads the labels.</summary>
    public static NamespacePolicy Of(JsonObject? ns)
    {
        var labels = ns.Object("metadata").Object("labels");
        var faults = new List<FieldError>();

        // A level of enforcement that cannot be read fails closed, the others open.
        var enforce = Read(labels, "enforce", SecurityLevel.Restricted, faults);
        _ = Read(labels, "audit", SecurityLevel.Privileged, faults);
        var warn = Read(labels, "warn", SecurityLevel.Privileged, faults);
        if (!labels.Has(Prefix + "warn") && enforce.Level > warn.Level)
        {
            // Workloads are never refused, so whoever enforces wants at least to be warned of their templates.
            warn = labels.Has(Prefix + "warn-version") ? warn with { Level = enforce.Level } : enforce;
        }

        return new NamespacePolicy(enforce, warn, faults);
    }

    private static LevelVersion Read(JsonObject? labels, string mode, SecurityLevel unreadable, List<FieldError> faults)
    {
        var (level, minor) = (LevelVersion.Default.Level, LevelVersion.Default.Minor);
        if (labels.Has(Prefix + mode))
        {
            var text = labels.Text(Prefix + mode);
            var parsed = LevelVersion.ParseLevel(text);
            level = parsed ?? unreadable;
            if (parsed is null)
            {
                faults.Add(FieldError.Invalid($"metadata.labels[{Prefix}{mode}]", text, "must be one of privileged, baseline, restricted"));
            }
        }

        if (labels.Has(Prefix + mode + "-version"))
        {
            var text = labels.Text(Prefix + mode + "-version");
            if (!LevelVersion.TryParseVersion(text, out minor))
            {
                faults.Add(FieldError.Invalid($"metadata.labels[{Prefix}{mode}-version]", text, "must be \"latest\" or \"v1.x\""));
            }
        }

        return new LevelVersion(level, minor);
    }
}
