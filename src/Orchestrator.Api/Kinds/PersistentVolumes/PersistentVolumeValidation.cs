using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PersistentVolumes;

/// <summary>The rules of a volume, and of what may change in one.</summary>
/// <remarks>Upstream: ValidatePersistentVolumeSpec and ValidatePersistentVolumeUpdate.</remarks>
internal static class PersistentVolumeValidation
{
    /// <summary>The fields of the spec that say where the data lies: exactly one must be there.</summary>
    private static readonly string[] Sources =
    [
        "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi", "cinder", "fc", "flexVolume",
        "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi",
    ];

    /// <summary>Validates the spec of a volume.</summary>
    public static Faults Validate(JsonObject spec)
    {
        var faults = new Faults();
        var modes = spec.Texts("accessModes").ToList();
        if (modes.Count == 0)
        {
            faults.Required("spec.accessModes");
        }

        foreach (var mode in modes)
        {
            faults.OneOf("spec.accessModes", mode, EnumTypes.PersistentVolumeAccessMode);
        }

        if (modes.Count > 1 && modes.Contains("ReadWriteOncePod", StringComparer.Ordinal))
        {
            faults.Forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes");
        }

        ValidateCapacity(spec, faults);
        faults.OneOf("spec.persistentVolumeReclaimPolicy", spec.Text("persistentVolumeReclaimPolicy"), EnumTypes.PersistentVolumeReclaimPolicy);
        if (spec.Object("nodeAffinity") is { } affinity)
        {
            if (affinity.Object("required") is { } required)
            {
                AffinityValidation.ValidateNodeSelector(required, "spec.nodeAffinity.required", faults);
            }
            else
            {
                faults.Required("spec.nodeAffinity.required", "must specify required node constraints");
            }
        }

        ValidateSource(spec, faults);
        if (spec.Text("storageClassName") is { Length: > 0 } name)
        {
            faults.Invalid("spec.storageClassName", name, ObjectNames.DnsSubdomainErrors(name));
        }

        faults.OneOfIfSet("spec.volumeMode", spec.Text("volumeMode"), EnumTypes.PersistentVolumeMode);
        return faults;
    }

    /// <summary>Validates a change: the data stays where it is.</summary>
    public static Faults ValidateUpdate(JsonObject spec, JsonObject before)
    {
        var faults = Validate(spec);
        if (Sources.Any(source => !JsonReading.Same(spec[source], before[source])))
        {
            faults.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation\n" + GoDiff.Of(Source(before), Source(spec)));
        }

        faults.Immutable("volumeMode", spec["volumeMode"], before["volumeMode"]);
        if (before.Has("nodeAffinity") && !JsonReading.Same(spec["nodeAffinity"], before["nodeAffinity"]))
        {
            faults.Invalid("nodeAffinity", spec["nodeAffinity"], "field is immutable, except for updating from beta label to GA");
        }

        return faults;
    }

    private static void ValidateCapacity(JsonObject spec, Faults faults)
    {
        var capacity = spec.Object("capacity");
        if (capacity is not { Count: > 0 })
        {
            faults.Required("spec.capacity");
            return;
        }

        if (!capacity.ContainsKey("storage") || capacity.Count > 1)
        {
            faults.Add(Machinery.FieldError.NotSupported("spec.capacity", capacity, "storage"));
        }

        foreach (var (name, amount) in capacity)
        {
            if (ResourceValidation.Amount(amount).Sign <= 0)
            {
                faults.Invalid($"spec.capacity[{name}]", ResourceValidation.Amount(amount).ToString(), "must be greater than zero");
            }
        }
    }

    private static void ValidateSource(JsonObject spec, Faults faults)
    {
        var given = Sources.Where(spec.Has).ToList();
        foreach (var other in given.Skip(1))
        {
            faults.Forbidden("spec." + other, "may not specify more than 1 volume type");
        }

        if (given.Count == 0)
        {
            faults.Required("spec", "must specify a volume type");
        }

        if (spec.Object("hostPath") is { } host)
        {
            var path = host.Text("path");
            if (path.Length == 0)
            {
                faults.Required("spec.hostPath.path");
            }
            else if (path.Split('/').Contains("..", StringComparer.Ordinal))
            {
                faults.Invalid("spec.hostPath.path", path, "must not contain '..'");
            }

            if (path.TrimEnd('/').Length == 0 && spec.Text("persistentVolumeReclaimPolicy") == "Recycle")
            {
                faults.Forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
            }
        }

        if (spec.Has("local") && !spec.Has("nodeAffinity"))
        {
            faults.Required("spec.nodeAffinity", "Local volume requires node affinity");
        }
    }

    private static JsonObject Source(JsonObject spec)
    {
        var source = new JsonObject();
        foreach (var field in Sources.Where(spec.Has))
        {
            source[field] = spec[field]!.DeepClone();
        }

        return source;
    }
}
