using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.StatefulSets;

/// <summary>The rules of a StatefulSet, and of what may change in one.</summary>
/// <remarks>Upstream: ValidateStatefulSetSpec and ValidateStatefulSetUpdate.</remarks>
internal static class StatefulSetValidation
{
    private static readonly string[] Mutable =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    /// <summary>Validates a StatefulSet.</summary>
    public static Faults Validate(JsonObject statefulSet)
    {
        var faults = new Faults();
        var spec = statefulSet.Object("spec") ?? [];
        faults.OneOf("spec.podManagementPolicy", spec.Text("podManagementPolicy"), EnumTypes.PodManagementPolicyType);
        ValidateStrategy(spec.Object("updateStrategy"), "spec.updateStrategy", faults);
        var retention = spec.Object("persistentVolumeClaimRetentionPolicy");
        faults.OneOf("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", retention.Text("whenDeleted"), "Retain", "Delete");
        faults.OneOf("spec.persistentVolumeClaimRetentionPolicy.whenScaled", retention.Text("whenScaled"), "Retain", "Delete");
        faults.NotNegative("spec.replicas", spec.Integer("replicas"));
        faults.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        faults.NotNegative("spec.ordinals.start", spec.Object("ordinals").Integer("start"));
        faults.NotNegative("spec.revisionHistoryLimit", spec.Integer("revisionHistoryLimit"));
        WorkloadValidation.ValidateSelector(spec, "empty selector is invalid for statefulset", faults);
        // The claims become volumes of each pod, so mounts may refer to them.
        WorkloadValidation.ValidateTemplate(WithClaimsAsVolumes(spec), "StatefulSet", faults);
        return faults;
    }

    /// <summary>Validates a change: only a few fields may.</summary>
    public static Faults ValidateUpdate(JsonObject statefulSet, JsonObject old)
    {
        var faults = Validate(statefulSet);
        var (spec, before) = (statefulSet.Object("spec") ?? [], old.Object("spec") ?? []);
        var changed = spec.Select(field => field.Key).Union(before.Select(field => field.Key), StringComparer.Ordinal)
            .Any(field => !Mutable.Contains(field, StringComparer.Ordinal) && !JsonReading.Same(spec[field], before[field]));
        if (changed)
        {
            faults.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }

        return faults;
    }

    private static void ValidateStrategy(JsonObject? strategy, string path, Faults faults)
    {
        var rolling = strategy.Object("rollingUpdate");
        switch (strategy.Text("type"))
        {
            case "":
                faults.Required(path);
                break;
            case "OnDelete":
                if (rolling is not null)
                {
                    faults.Add(Machinery.FieldError.Invalid(path + ".rollingUpdate", rolling, "only allowed for updateStrategy 'RollingUpdate'"));
                }

                break;
            case "RollingUpdate":
                faults.NotNegative(path + ".rollingUpdate.partition", rolling.Integer("partition"));
                if (rolling.Has("maxUnavailable"))
                {
                    WorkloadValidation.ValidateCount(rolling!["maxUnavailable"], path + ".rollingUpdate.maxUnavailable", faults);
                }

                break;
            default:
                faults.Add(Machinery.FieldError.Invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'"));
                break;
        }
    }

    private static JsonObject WithClaimsAsVolumes(JsonObject spec)
    {
        var claims = spec.Items("volumeClaimTemplates").Select(claim => claim.Object("metadata").Text("name")).Where(name => name.Length > 0).ToList();
        if (claims.Count == 0)
        {
            return spec;
        }

        var copy = (JsonObject)spec.DeepClone();
        var podSpec = copy.Ensure("template").Ensure("spec");
        podSpec["volumes"] ??= new JsonArray();
        foreach (var name in claims.Where(name => podSpec.Items("volumes").All(volume => volume.Text("name") != name)))
        {
            podSpec.Array("volumes")!.Add(new JsonObject { ["name"] = name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = name } });
        }

        return copy;
    }
}
