using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of containers: those that all share, and what sets init and ephemeral containers apart.</summary>
/// <remarks>Upstream: validateContainers, validateInitContainers and validateContainerCommon in pkg/apis/core/validation/validation.go.</remarks>
internal static class ContainerValidation
{
    private static readonly string[] ProbesAndHooks = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];

    /// <summary>Validates the main containers: there must be one.</summary>
    public static void ValidateContainers(JsonObject spec, string path, PodScope scope, Faults faults)
    {
        var containers = spec.Items("containers").ToList();
        if (containers.Count == 0)
        {
            faults.Required(path);
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < containers.Count; i++)
        {
            var at = $"{path}[{i}]";
            ValidateShared(containers[i], at, scope, faults);
            NoteName(containers[i], at, names, faults);
            ProbeValidation.ValidateHooks(containers[i], at, faults);
            ProbeValidation.ValidateProbes(containers[i], at, faults);
            faults.OneOfIfSet(at + ".restartPolicy", containers[i].Text("restartPolicy"), "Always", "Never", "OnFailure");
        }

        PortValidation.ValidateHostPorts(containers, path, faults);
    }

    /// <summary>Validates init containers; one that restarts always is a sidecar and may have probes and hooks.</summary>
    public static void ValidateInitContainers(JsonObject spec, string path, PodScope scope, Faults faults)
    {
        var names = spec.Items("containers").Select(container => container.Text("name")).ToHashSet(StringComparer.Ordinal);
        var containers = spec.Items("initContainers").ToList();
        for (var i = 0; i < containers.Count; i++)
        {
            var container = containers[i];
            var at = $"{path}[{i}]";
            ValidateShared(container, at, scope, faults);
            faults.OneOfIfSet(at + ".restartPolicy", container.Text("restartPolicy"), "Always", "Never", "OnFailure");
            NoteName(container, at, names, faults);
            if (container.Text("restartPolicy") == "Always")
            {
                ProbeValidation.ValidateHooks(container, at, faults);
                ProbeValidation.ValidateProbes(container, at, faults);
                continue;
            }

            foreach (var field in ProbesAndHooks.Where(container.Has))
            {
                faults.Forbidden($"{at}.{field}", "may not be set for init containers without restartPolicy=Always");
            }
        }
    }

    /// <summary>Validates ephemeral containers, which come late and may not promise anything.</summary>
    public static void ValidateEphemeralContainers(JsonObject spec, string path, PodScope scope, Faults faults)
    {
        var targets = spec.Items("containers").Concat(spec.Items("initContainers")).Select(c => c.Text("name")).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(targets, StringComparer.Ordinal);
        var containers = spec.Items("ephemeralContainers").ToList();
        for (var i = 0; i < containers.Count; i++)
        {
            var container = containers[i];
            var at = $"{path}[{i}]";
            ValidateShared(container, at, scope, faults);
            NoteName(container, at, names, faults);
            if (container.Text("targetContainerName") is { Length: > 0 } target && !targets.Contains(target))
            {
                faults.Add(Machinery.FieldError.NotFound(at + ".targetContainerName", target));
            }

            foreach (var field in ProbesAndHooks.Append("ports").Where(container.Has))
            {
                faults.Forbidden($"{at}.{field}", "cannot be set for an Ephemeral Container");
            }

            if (container.Object("resources") is { Count: > 0 })
            {
                faults.Forbidden(at + ".resources", "cannot be set for an Ephemeral Container");
            }
        }
    }

    private static void ValidateShared(JsonObject container, string path, PodScope scope, Faults faults)
    {
        ValidateNameAndImage(container, path, faults);
        faults.OneOf(path + ".terminationMessagePolicy", container.Text("terminationMessagePolicy"), "File", "FallbackToLogsOnError");
        PortValidation.Validate(container, path + ".ports", faults);
        EnvironmentValidation.Validate(container, path, faults);
        VolumeMountValidation.Validate(container, path, scope, faults);
        faults.OneOf(path + ".imagePullPolicy", container.Text("imagePullPolicy"), EnumTypes.PullPolicy);
        ResourceValidation.Validate(container.Object("resources"), path + ".resources", faults);
        SecurityContextValidation.ValidateContainer(container.Object("securityContext"), path + ".securityContext", faults);
    }

    private static void ValidateNameAndImage(JsonObject container, string path, Faults faults)
    {
        var name = container.Text("name");
        if (name.Length == 0)
        {
            faults.Required(path + ".name");
        }
        else
        {
            faults.Invalid(path + ".name", name, ObjectNames.DnsLabelErrors(name));
        }

        var image = container.Text("image");
        if (image.Length == 0)
        {
            faults.Required(path + ".image");
        }
        else if (image.Trim().Length != image.Length)
        {
            faults.Invalid(path + ".image", image, "must not have leading or trailing whitespace");
        }
    }

    private static void NoteName(JsonObject container, string path, HashSet<string> names, Faults faults)
    {
        if (!names.Add(container.Text("name")))
        {
            faults.Duplicate(path + ".name", container.Text("name"));
        }
    }
}
