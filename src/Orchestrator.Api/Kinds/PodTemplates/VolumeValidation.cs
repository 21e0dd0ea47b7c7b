using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of a pod's volumes: a unique name and exactly one source.</summary>
/// <remarks>Upstream: ValidateVolumes and validateVolumeSource. Sources are checked in upstream's order: the second one is at fault.</remarks>
internal static class VolumeValidation
{
    private static readonly string[] Sources =
    [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs",
        "persistentVolumeClaim", "rbd", "cinder", "cephfs", "flocker", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile",
        "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "quobyte", "projected", "scaleIO", "csi",
        "ephemeral", "image",
    ];

    private static readonly string[] HostPathTypes =
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

    /// <summary>Validates the volumes; returns those with a name, for mounts to refer to.</summary>
    public static Dictionary<string, JsonObject> Validate(JsonObject spec, string path, Faults faults)
    {
        var named = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var volumes = spec.Items("volumes").ToList();
        for (var i = 0; i < volumes.Count; i++)
        {
            var at = $"{path}[{i}]";
            var name = volumes[i].Text("name");
            ValidateSources(volumes[i], at, faults);
            if (name.Length == 0)
            {
                faults.Required(at + ".name");
            }
            else
            {
                faults.Invalid(at + ".name", name, ObjectNames.DnsLabelErrors(name));
            }

            if (!named.TryAdd(name, volumes[i]))
            {
                faults.Duplicate(at + ".name", name);
            }
        }

        return named;
    }

    private static void ValidateSources(JsonObject volume, string path, Faults faults)
    {
        var count = 0;
        foreach (var source in Sources)
        {
            if (volume.Object(source) is not { } content)
            {
                continue;
            }

            if (count++ > 0)
            {
                faults.Forbidden($"{path}.{source}", "may not specify more than 1 volume type");
            }
            else
            {
                ValidateSource(source, content, $"{path}.{source}", faults);
            }
        }

        if (count == 0)
        {
            faults.Required(path, "must specify a volume type");
        }
    }

    private static void ValidateSource(string source, JsonObject content, string path, Faults faults)
    {
        switch (source)
        {
            case "emptyDir" when content["sizeLimit"] is { } limit && ResourceValidation.Amount(limit).Sign < 0:
                faults.Forbidden(path + ".sizeLimit", "SizeLimit field must be a valid resource quantity");
                break;
            case "hostPath":
                ValidateHostPath(content, path, faults);
                break;
            case "secret":
                RequireText(content, "secretName", path, faults);
                ValidateFiles(content, path, faults);
                break;
            case "configMap":
                RequireText(content, "name", path, faults);
                ValidateFiles(content, path, faults);
                break;
            case "persistentVolumeClaim":
                RequireText(content, "claimName", path, faults);
                break;
            case "downwardAPI":
                ValidateMode(content.Integer("defaultMode"), path + ".defaultMode", faults);
                ValidateDownwardItems(content, path, faults);
                break;
            case "projected":
                ValidateProjected(content, path, faults);
                break;
            case "nfs":
                RequireText(content, "server", path, faults);
                RequireText(content, "path", path, faults);
                break;
            case "csi":
                RequireText(content, "driver", path, faults);
                break;
            case "ephemeral" when !content.Has("volumeClaimTemplate"):
                faults.Required(path + ".volumeClaimTemplate");
                break;
            default:
                break;
        }
    }

    private static void ValidateHostPath(JsonObject content, string path, Faults faults)
    {
        RequireText(content, "path", path, faults);
        VolumeMountValidation.ValidateNoBacksteps(content.Text("path"), path + ".path", faults);
        faults.OneOfIfSet(path + ".type", content.Text("type"), HostPathTypes);
    }

    private static void ValidateFiles(JsonObject content, string path, Faults faults)
    {
        ValidateMode(content.Integer("defaultMode"), path + ".defaultMode", faults);
        ValidateKeys(content, path, faults);
    }

    private static void ValidateKeys(JsonObject content, string path, Faults faults)
    {
        var items = content.Items("items").ToList();
        for (var i = 0; i < items.Count; i++)
        {
            // Upstream names the list, not the item, in these paths; clients see the same.
            var at = path + ".items";
            RequireText(items[i], "key", at, faults);
            RequireText(items[i], "path", at, faults);
            if (items[i].Text("path") is { Length: > 0 } target)
            {
                ValidateTarget(target, at + ".path", faults);
            }

            ValidateMode(items[i].Integer("mode"), at + ".mode", faults);
        }
    }

    private static void ValidateProjected(JsonObject content, string path, Faults faults)
    {
        ValidateMode(content.Integer("defaultMode"), path + ".defaultMode", faults);
        var sources = content.Items("sources").ToList();
        for (var i = 0; i < sources.Count; i++)
        {
            var at = $"{path}.sources[{i}]";
            foreach (var kind in new[] { "secret", "configMap" })
            {
                if (sources[i].Object(kind) is { } keyed)
                {
                    RequireText(keyed, "name", $"{at}.{kind}", faults);
                    ValidateKeys(keyed, $"{at}.{kind}", faults);
                }
            }

            if (sources[i].Object("downwardAPI") is { } downward)
            {
                ValidateDownwardItems(downward, at + ".downwardAPI", faults);
            }

            if (sources[i].Object("serviceAccountToken") is { } token)
            {
                ValidateToken(token, at + ".serviceAccountToken", faults);
            }

            if (sources[i].Count(entry => entry.Value is not null) > 1)
            {
                faults.Forbidden(at, "may not specify more than 1 volume type");
            }
        }
    }

    private static void ValidateToken(JsonObject token, string path, Faults faults)
    {
        var seconds = token.Integer("expirationSeconds");
        if (seconds < 600)
        {
            faults.Invalid(path + ".expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        }
        else if (seconds > 1L << 32)
        {
            faults.Invalid(path + ".expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
        }

        RequireText(token, "path", path, faults);
        ValidateTarget(token.Text("path"), path + ".path", faults);
    }

    private static void ValidateDownwardItems(JsonObject content, string path, Faults faults)
    {
        foreach (var item in content.Items("items"))
        {
            RequireText(item, "path", path, faults);
            if (item.Text("path") is { Length: > 0 } target)
            {
                ValidateTarget(target, path + ".path", faults);
            }

            if (item.Object("fieldRef") is { } field)
            {
                FieldReferences.Validate(field, FieldReferences.OfVolumes, path + ".fieldRef", faults);
                if (item.Has("resourceFieldRef"))
                {
                    faults.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
                }
            }
            else if (item.Object("resourceFieldRef") is { } resource)
            {
                FieldReferences.ValidateResource(resource, needsContainer: true, path + ".resourceFieldRef", faults);
            }
            else
            {
                faults.Required(path, "one of fieldRef and resourceFieldRef must be specified");
            }

            ValidateMode(item.Integer("mode"), path + ".mode", faults);
        }
    }

    private static void ValidateTarget(string target, string path, Faults faults)
    {
        VolumeMountValidation.ValidateLocalDescendingPath(target, path, faults);
        if (target.StartsWith("..", StringComparison.Ordinal) && !target.StartsWith("../", StringComparison.Ordinal))
        {
            faults.Invalid(path, target, "must not start with '..'");
        }
    }

    private static void ValidateMode(long? mode, string path, Faults faults)
    {
        if (mode is < 0 or > 511)
        {
            faults.Invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }

    private static void RequireText(JsonObject content, string field, string path, Faults faults)
    {
        if (content.Text(field).Length == 0)
        {
            faults.Required($"{path}.{field}");
        }
    }
}
