using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.DaemonSets;

/// <summary>The rules of a DaemonSet.</summary>
/// <remarks>Upstream: ValidateDaemonSetSpec.</remarks>
internal static class DaemonSetValidation
{
    /// <summary>Validates a DaemonSet.</summary>
    public static Faults Validate(JsonObject daemonSet)
    {
        var faults = new Faults();
        var spec = daemonSet.Object("spec") ?? [];
        WorkloadValidation.ValidateSelector(spec, "empty selector is invalid for daemonset", faults);
        WorkloadValidation.ValidateTemplate(spec, "DaemonSet", faults);
        faults.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        ValidateStrategy(spec.Object("updateStrategy"), "spec.updateStrategy", faults);
        faults.NotNegative("spec.revisionHistoryLimit", spec.Integer("revisionHistoryLimit"));
        return faults;
    }

    /// <summary>Validates a change: the selector stays.</summary>
    public static Faults ValidateUpdate(JsonObject daemonSet, JsonObject old)
    {
        var faults = Validate(daemonSet);
        faults.Immutable("spec.selector", daemonSet.Object("spec")?["selector"], old.Object("spec")?["selector"]);
        return faults;
    }

    private static void ValidateStrategy(JsonObject? strategy, string path, Faults faults)
    {
        switch (strategy.Text("type"))
        {
            case "OnDelete":
                break;
            case "RollingUpdate":
                ValidateRollingUpdate(strategy.Object("rollingUpdate"), path + ".rollingUpdate", faults);
                break;
            default:
                faults.Add(Machinery.FieldError.NotSupported(path, strategy, EnumTypes.DaemonSetUpdateStrategyType));
                break;
        }
    }

    private static void ValidateRollingUpdate(JsonObject? rolling, string path, Faults faults)
    {
        foreach (var count in new[] { "maxUnavailable", "maxSurge" })
        {
            WorkloadValidation.ValidateCount(rolling?[count], $"{path}.{count}", faults);
            WorkloadValidation.ValidateNotMoreThanAll(rolling?[count], $"{path}.{count}", faults);
        }

        var surges = !WorkloadValidation.IsZero(rolling?["maxSurge"]);
        var yields = !WorkloadValidation.IsZero(rolling?["maxUnavailable"]);
        if (surges && yields)
        {
            faults.Invalid(path + ".maxSurge", rolling?["maxSurge"], "may not be set when maxUnavailable is non-zero");
        }
        else if (!surges && !yields)
        {
            faults.Required(path + ".maxUnavailable", "cannot be 0 when maxSurge is 0");
        }
    }
}
