using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Pods;

/// <summary>The rules of a Pod, and of what may change in one.</summary>
/// <remarks>Upstream: ValidatePodCreate, ValidatePodUpdate and ValidatePodStatusUpdate.</remarks>
internal static class PodValidation
{
    private const string MayChange = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
        + "(allow it to be set to 1 if it was previously negative)";

    /// <summary>Validates a new pod.</summary>
    public static Faults Validate(JsonObject pod)
    {
        var faults = new Faults();
        PodSpecValidation.Validate(pod.Object("spec") ?? [], "spec", isTemplate: false, faults);
        return faults;
    }

    /// <summary>Validates a new pod as its creator may make it.</summary>
    public static Faults ValidateCreate(JsonObject pod)
    {
        var faults = Validate(pod);
        var spec = pod.Object("spec");
        if (spec.Array("ephemeralContainers") is { Count: > 0 })
        {
            faults.Forbidden("spec.ephemeralContainers", "cannot be set on create");
        }

        if (spec.Text("nodeName").Length > 0 && spec.Array("schedulingGates") is { Count: > 0 })
        {
            faults.Forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
        }

        return faults;
    }

    /// <summary>Validates a change of the pod itself.</summary>
    public static Faults ValidateUpdate(JsonObject pod, JsonObject old)
    {
        var faults = Validate(pod);
        var (spec, before) = (pod.Object("spec") ?? [], old.Object("spec") ?? []);
        var counts = ValidateCount(spec, before, "containers", faults) & ValidateCount(spec, before, "initContainers", faults);
        if (!counts)
        {
            return faults;
        }

        ValidateDeadline(spec, before, faults);
        ValidateTolerations(spec, before, faults);
        ValidateGates(spec, before, faults);
        var munged = Munge(spec, before);
        if (!JsonNode.DeepEquals(munged, before))
        {
            faults.Forbidden("spec", MayChange + Difference(munged, before));
        }

        return faults;
    }

    /// <summary>Validates a change of the ephemeral containers: they may be added, never changed or removed.</summary>
    public static Faults ValidateEphemeralContainers(JsonObject pod, JsonObject old)
    {
        var faults = Validate(pod);
        var now = pod.Object("spec").Items("ephemeralContainers").ToLookup(c => c.Text("name"), StringComparer.Ordinal);
        foreach (var container in old.Object("spec").Items("ephemeralContainers"))
        {
            var name = container.Text("name");
            if (now[name].FirstOrDefault() is not { } kept)
            {
                faults.Forbidden("spec.ephemeralContainers", $"existing ephemeral containers \"{name}\" may not be removed\n");
            }
            else if (!JsonNode.DeepEquals(kept, container))
            {
                faults.Forbidden("spec.ephemeralContainers", $"existing ephemeral containers \"{name}\" may not be changed\n");
            }
        }

        return faults;
    }

    private static bool ValidateCount(JsonObject spec, JsonObject before, string list, Faults faults)
    {
        if ((spec.Array(list)?.Count ?? 0) == (before.Array(list)?.Count ?? 0))
        {
            return true;
        }

        faults.Forbidden("spec." + list, "pod updates may not add or remove containers");
        return false;
    }

    private static void ValidateDeadline(JsonObject spec, JsonObject before, Faults faults)
    {
        if (before.Integer("activeDeadlineSeconds") is not { } deadline)
        {
            return;
        }

        if (spec.Integer("activeDeadlineSeconds") is not { } changed)
        {
            faults.Invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
        }
        else if (changed > deadline)
        {
            faults.Invalid("spec.activeDeadlineSeconds", changed, "must be less than or equal to previous value");
        }
    }

    private static void ValidateTolerations(JsonObject spec, JsonObject before, Faults faults)
    {
        var now = spec.Items("tolerations").Select(WithoutSeconds).ToList();
        if (before.Items("tolerations").Select(WithoutSeconds).Any(kept => !now.Exists(toleration => JsonNode.DeepEquals(toleration, kept))))
        {
            faults.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
        }
    }

    private static JsonNode WithoutSeconds(JsonObject toleration)
    {
        var copy = (JsonObject)toleration.DeepClone();
        copy.Remove("tolerationSeconds");
        return copy;
    }

    private static void ValidateGates(JsonObject spec, JsonObject before, Faults faults)
    {
        var known = before.Items("schedulingGates").Select(gate => gate.Text("name")).ToHashSet(StringComparer.Ordinal);
        foreach (var gate in spec.Items("schedulingGates").Where(gate => !known.Contains(gate.Text("name"))))
        {
            faults.Forbidden("spec.schedulingGates", $"only deletion is allowed, but found new scheduling gate '{gate.Text("name")}'");
        }
    }

    /// <summary>The new spec with everything that may change put back: what still differs is at fault.</summary>
    private static JsonObject Munge(JsonObject spec, JsonObject before)
    {
        var munged = (JsonObject)spec.DeepClone();
        foreach (var list in new[] { "containers", "initContainers" })
        {
            foreach (var (container, was) in munged.Items(list).Zip(before.Items(list)))
            {
                Restore(container, was, "image");
            }
        }

        Restore(munged, before, "activeDeadlineSeconds");
        Restore(munged, before, "tolerations");
        Restore(munged, before, "schedulingGates");
        if (before.Integer("terminationGracePeriodSeconds") < 0 && munged.Integer("terminationGracePeriodSeconds") == 1)
        {
            Restore(munged, before, "terminationGracePeriodSeconds");
        }

        if (before.Array("schedulingGates") is { Count: > 0 })
        {
            // A gated pod has not been looked at by the scheduler: what narrows its choice may still change.
            Restore(munged, before, "nodeSelector");
            Restore(munged, before, "affinity");
        }

        return munged;
    }

    private static void Restore(JsonObject target, JsonObject before, string field)
    {
        if (before.Has(field))
        {
            target[field] = before[field]!.DeepClone();
        }
        else
        {
            target.Remove(field);
        }
    }

    /// <summary>The fields that differ, old and new, one line each. (Upstream prints a diff of its Go structures.)</summary>
    private static string Difference(JsonObject spec, JsonObject before)
    {
        var lines = spec.Select(field => field.Key).Union(before.Select(field => field.Key), StringComparer.Ordinal)
            .Where(field => !JsonReading.Same(spec[field], before[field]))
            .SelectMany(field => new[] { Line('-', field, before[field]), Line('+', field, spec[field]) });
        return string.Concat(lines);
    }

    private static string Line(char sign, string field, JsonNode? value) => $"\n{sign} \"{field}\": {Machinery.GoText.Json(value)},";
}
