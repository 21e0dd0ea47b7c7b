using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.Deployments;

/// <summary>The rules of a Deployment.</summary>
/// <remarks>Upstream: ValidateDeploymentSpec and ValidateDeploymentStrategy.</remarks>
internal static class DeploymentValidation
{
    /// <summary>Validates a Deployment.</summary>
    public static Faults Validate(JsonObject deployment)
    {
        var faults = new Faults();
        var spec = deployment.Object("spec") ?? [];
        faults.NotNegative("spec.replicas", spec.Integer("replicas"));
        WorkloadValidation.ValidateSelector(spec, "empty selector is invalid for deployment", faults);
        WorkloadValidation.ValidateTemplate(spec, "ReplicaSet", faults);
        ValidateStrategy(spec.Object("strategy"), "spec.strategy", faults);
        faults.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        faults.NotNegative("spec.revisionHistoryLimit", spec.Integer("revisionHistoryLimit"));
        if (spec.Integer("progressDeadlineSeconds") is { } deadline)
        {
            faults.NotNegative("spec.progressDeadlineSeconds", deadline);
            if (deadline <= (spec.Integer("minReadySeconds") ?? 0))
            {
                faults.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
            }
        }

        return faults;
    }

    /// <summary>Validates a change: the selector stays.</summary>
    public static Faults ValidateUpdate(JsonObject deployment, JsonObject old)
    {
        var faults = Validate(deployment);
        faults.Immutable("spec.selector", deployment.Object("spec")?["selector"], old.Object("spec")?["selector"]);
        return faults;
    }

    private static void ValidateStrategy(JsonObject? strategy, string path, Faults faults)
    {
        var rolling = strategy.Object("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "Recreate":
                if (rolling is not null)
                {
                    faults.Forbidden(path + ".rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                }

                break;
            case "RollingUpdate":
                ValidateRollingUpdate(rolling, path + ".rollingUpdate", faults);
                break;
            default:
                faults.Add(Machinery.FieldError.NotSupported(path, strategy, EnumTypes.DeploymentStrategyType));
                break;
        }
    }

    private static void ValidateRollingUpdate(JsonObject? rolling, string path, Faults faults)
    {
        WorkloadValidation.ValidateCount(rolling?["maxUnavailable"], path + ".maxUnavailable", faults);
        WorkloadValidation.ValidateCount(rolling?["maxSurge"], path + ".maxSurge", faults);
        if (WorkloadValidation.IsZero(rolling?["maxUnavailable"]) && WorkloadValidation.IsZero(rolling?["maxSurge"]))
        {
            faults.Invalid(path + ".maxUnavailable", rolling?["maxUnavailable"], "may not be 0 when `maxSurge` is 0");
        }

        WorkloadValidation.ValidateNotMoreThanAll(rolling?["maxUnavailable"], path + ".maxUnavailable", faults);
    }
}
