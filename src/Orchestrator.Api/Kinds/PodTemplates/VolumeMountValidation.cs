using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of a container's volume mounts and devices: they refer to volumes of the pod.</summary>
/// <remarks>Upstream: ValidateVolumeMounts and ValidateVolumeDevices.</remarks>
internal static class VolumeMountValidation
{
    /// <summary>Validates the mounts and devices of one container.</summary>
    public static void Validate(JsonObject container, string path, PodScope scope, Faults faults)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var mounts = container.Items("volumeMounts").ToList();
        for (var i = 0; i < mounts.Count; i++)
        {
            var at = $"{path}.volumeMounts[{i}]";
            ValidateVolumeName(mounts[i].Text("name"), at, scope, faults);
            ValidateUniquePath(mounts[i].Text("mountPath"), at + ".mountPath", paths, "must be unique", faults);
            ValidateSubPath(mounts[i], path + ".volumeMounts", at, faults);
            ValidatePropagation(container, mounts[i].Text("mountPropagation"), at + ".mountPropagation", faults);
        }

        var devices = container.Items("volumeDevices").ToList();
        for (var i = 0; i < devices.Count; i++)
        {
            var at = $"{path}.volumeDevices[{i}]";
            ValidateVolumeName(devices[i].Text("name"), at, scope, faults);
            ValidateUniquePath(devices[i].Text("devicePath"), at + ".devicePath", paths, "must be unique", faults);
        }
    }

    /// <summary>A path must stay inside the volume: relative, without steps up.</summary>
    public static void ValidateLocalDescendingPath(string target, string path, Faults faults)
    {
        if (target.StartsWith('/'))
        {
            faults.Invalid(path, target, "must be a relative path");
        }

        ValidateNoBacksteps(target, path, faults);
    }

    /// <summary>A path must not step up.</summary>
    public static void ValidateNoBacksteps(string target, string path, Faults faults)
    {
        if (target.Replace('\\', '/').Split('/').Contains("..", StringComparer.Ordinal))
        {
            faults.Invalid(path, target, "must not contain '..'");
        }
    }

    private static void ValidateVolumeName(string name, string path, PodScope scope, Faults faults)
    {
        if (name.Length == 0)
        {
            faults.Required(path + ".name");
        }

        if (!scope.Volumes.ContainsKey(name))
        {
            faults.Add(FieldError.NotFound(path + ".name", name));
        }
    }

    private static void ValidateUniquePath(string target, string path, HashSet<string> paths, string complaint, Faults faults)
    {
        if (target.Length == 0)
        {
            faults.Required(path);
        }

        if (!paths.Add(target))
        {
            faults.Invalid(path, target, complaint);
        }
    }

    private static void ValidateSubPath(JsonObject mount, string list, string path, Faults faults)
    {
        // Upstream names the list, not the mount, in the path of a bad subPath; clients see the same.
        if (mount.Text("subPath") is { Length: > 0 } subPath)
        {
            ValidateLocalDescendingPath(subPath, list + ".subPath", faults);
        }

        if (mount.Text("subPathExpr") is { Length: > 0 } expression)
        {
            if (mount.Text("subPath").Length > 0)
            {
                faults.Invalid(path + ".subPathExpr", expression, "subPathExpr and subPath are mutually exclusive");
            }

            ValidateLocalDescendingPath(expression, list + ".subPathExpr", faults);
        }
    }

    private static void ValidatePropagation(JsonObject container, string mode, string path, Faults faults)
    {
        faults.OneOfIfSet(path, mode, EnumTypes.MountPropagationMode);
        if (mode == "Bidirectional" && !container.Object("securityContext").Flag("privileged"))
        {
            faults.Forbidden(path, "Bidirectional mount propagation is available only to privileged containers");
        }
    }
}
