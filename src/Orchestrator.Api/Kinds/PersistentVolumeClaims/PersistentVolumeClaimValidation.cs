using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Quantities;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PersistentVolumeClaims;

/// <summary>The rules of a claim, and of what may change in one: little, or quotas could be passed by.</summary>
/// <remarks>Upstream: ValidatePersistentVolumeClaimSpec and ValidatePersistentVolumeClaimUpdate.</remarks>
internal static class PersistentVolumeClaimValidation
{
    /// <summary>The fields of a claim's spec as upstream's internal type has them, in its order, and what stands there when nothing does.</summary>
    private static readonly (string Name, string Field, string WhenAbsent)[] Internal =
    [
        ("AccessModes", "accessModes", "null"), ("Selector", "selector", "null"), ("Resources", "resources", "{}"), ("VolumeName", "volumeName", "\"\""),
        ("StorageClassName", "storageClassName", "null"), ("VolumeMode", "volumeMode", "null"), ("DataSource", "dataSource", "null"),
        ("DataSourceRef", "dataSourceRef", "null"), ("VolumeAttributesClassName", "volumeAttributesClassName", "null"),
    ];

    /// <summary>Validates the spec of a claim.</summary>
    public static Faults Validate(JsonObject? spec)
    {
        var faults = new Faults();
        var modes = spec.Texts("accessModes").ToList();
        if (modes.Count == 0)
        {
            faults.Required("spec.accessModes", "at least 1 access mode is required");
        }

        Selectors.Validate(spec.Object("selector"), "spec.selector", faults);
        foreach (var mode in modes)
        {
            faults.OneOf("spec.accessModes", mode, EnumTypes.PersistentVolumeAccessMode);
        }

        if (modes.Count > 1 && modes.Contains("ReadWriteOncePod", StringComparer.Ordinal))
        {
            faults.Forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes");
        }

        ValidateStorage(spec, faults);
        if (spec.Text("storageClassName") is { Length: > 0 } name)
        {
            faults.Invalid("spec.storageClassName", name, ObjectNames.DnsSubdomainErrors(name));
        }

        faults.OneOfIfSet("spec.volumeMode", spec.Text("volumeMode"), EnumTypes.PersistentVolumeMode);
        if (spec.Has("volumeAttributesClassName") && spec.Text("volumeAttributesClassName") is { Length: > 0 } attributes)
        {
            faults.Invalid("spec.volumeAttributesClassName", attributes, ObjectNames.DnsSubdomainErrors(attributes));
        }

        return faults;
    }

    /// <summary>Validates a change: a bound claim may grow; all else stays.</summary>
    public static Faults ValidateUpdate(JsonObject claim, JsonObject old)
    {
        var faults = Validate(claim.Object("spec"));
        var now = (JsonObject)(claim.Object("spec") ?? []).DeepClone();
        var before = (JsonObject)(old.Object("spec") ?? []).DeepClone();
        var (size, was) = (Storage(now), Storage(before));
        Forgive(now, before, claim.Object("status").Text("phase") == "Bound");
        if (!JsonNode.DeepEquals(now, before))
        {
            faults.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
                + GoDiff.Of(GoForm(before), GoForm(now)));
        }

        if (size < was && size <= ResourceValidation.Amount(old.Object("status").Object("capacity")?["storage"]) && old.Object("status").Object("capacity").Has("storage"))
        {
            faults.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
        }

        return faults;
    }

    /// <summary>Validates the status of a claim.</summary>
    public static Faults ValidateStatus(JsonObject claim)
    {
        var faults = new Faults();
        foreach (var (name, amount) in claim.Object("status").Object("capacity") ?? [])
        {
            ResourceValidation.ValidateNotNegative(amount, $"status.capacity[{name}]", faults);
        }

        return faults;
    }

    private static void ValidateStorage(JsonObject? spec, Faults faults)
    {
        var requests = spec.Object("resources").Object("requests");
        if (!requests.Has("storage"))
        {
            faults.Required("spec.resources[storage]");
        }
        else if (ResourceValidation.Amount(requests!["storage"]).Sign <= 0)
        {
            faults.Invalid("spec.resources[storage]", ResourceValidation.Amount(requests["storage"]).ToString(), "must be greater than zero");
        }
    }

    private static void Forgive(JsonObject now, JsonObject before, bool isBound)
    {
        if (before.Text("volumeName").Length == 0)
        {
            // Binding names the volume, once.
            Take(before, now, "volumeName");
        }

        if (!before.Has("storageClassName"))
        {
            // A class may be given later to a claim that said nothing of one.
            Take(now, before, "storageClassName");
        }

        if (isBound)
        {
            if (now.Object("resources").Object("requests") is { } requests)
            {
                Take(requests, before.Object("resources").Object("requests") ?? [], "storage");
            }

            Take(now, before, "volumeAttributesClassName");
        }
    }

    private static void Take(JsonObject target, JsonObject source, string field)
    {
        if (source.Has(field))
        {
            target[field] = source[field]!.DeepClone();
        }
        else
        {
            target.Remove(field);
        }
    }

    private static Quantity Storage(JsonObject spec) => ResourceValidation.Amount(spec.Object("resources").Object("requests")?["storage"]);

    private static JsonObject GoForm(JsonObject spec)
    {
        var form = new JsonObject();
        foreach (var (name, field, whenAbsent) in Internal)
        {
            form[name] = field == "resources"
                ? new JsonObject { ["Limits"] = spec.Object(field)?["limits"]?.DeepClone(), ["Requests"] = spec.Object(field)?["requests"]?.DeepClone() }
                : spec[field]?.DeepClone() ?? JsonNode.Parse(whenAbsent);
        }

        return form;
    }
}
