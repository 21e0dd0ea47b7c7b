using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Pods;

/// <summary>What a writer of a pod, or of a template of pods, is told though it is accepted: fields that no longer work, and likely mistakes.</summary>
/// <remarks>Upstream: pkg/api/pod/warnings.go. The texts are upstream's.</remarks>
internal static class PodWarnings
{
    private static readonly (string Label, string Instead, string Since)[] OldLabels =
    [
        ("beta.kubernetes.io/arch", "kubernetes.io/arch", "v1.14"), ("beta.kubernetes.io/os", "kubernetes.io/os", "v1.14"),
        ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region", "v1.17"),
        ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", "v1.17"),
        ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", "v1.17"),
    ];

    private static readonly (string Source, string Warning)[] OldVolumes =
    [
        ("gitRepo", "deprecated in v1.11"), ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", "deprecated in v1.22, non-functional in v1.25+"), ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", "deprecated in v1.22, non-functional in v1.25+"), ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
        ("cephfs", "deprecated in v1.28, non-functional in v1.31+"), ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
    ];

    /// <summary>The warnings for a pod or for the template in a field of a spec.</summary>
    /// <param name="pod">The pod or template; null says nothing.</param>
    /// <param name="path">Where it stands, empty for a pod, else ending in a dot.</param>
    /// <param name="old">What stood there before; an unchanged template is not warned of again.</param>
    public static IEnumerable<string> Of(JsonObject? pod, string path = "", JsonObject? old = null)
    {
        if (pod is null || (old is not null && JsonNode.DeepEquals(pod["spec"], old["spec"]) && JsonNode.DeepEquals(pod["metadata"]?["annotations"], old["metadata"]?["annotations"])))
        {
            return [];
        }

        var spec = pod.Object("spec") ?? [];
        return [.. OfLabels(spec, path), .. OfAnnotations(pod, path), .. OfSpec(spec, path), .. OfVolumes(spec, path), .. OfContainers(spec, path)];
    }

    private static IEnumerable<string> OfLabels(JsonObject spec, string path) =>
        from label in OldLabels
        where spec.Object("nodeSelector").Has(label.Label)
        select $"{path}spec.nodeSelector[{label.Label}]: deprecated since {label.Since}; use \"{label.Instead}\" instead";

    private static IEnumerable<string> OfAnnotations(JsonObject pod, string path)
    {
        foreach (var (key, _) in pod.Object("metadata").Map("annotations").OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (key == "scheduler.alpha.kubernetes.io/critical-pod")
            {
                yield return $"{path}metadata.annotations[{key}]: non-functional in v1.16+; use the \"priorityClassName\" field instead";
            }
            else if (key == "seccomp.security.alpha.kubernetes.io/pod" || key.StartsWith("container.seccomp.security.alpha.kubernetes.io/", StringComparison.Ordinal))
            {
                yield return $"{path}metadata.annotations[{key}]: non-functional in v1.27+; use the \"seccompProfile\" field instead";
            }
            else if (key.StartsWith("container.apparmor.security.beta.kubernetes.io/", StringComparison.Ordinal))
            {
                yield return $"{path}metadata.annotations[{key}]: deprecated since v1.30; use the \"appArmorProfile\" field instead";
            }
        }
    }

    private static IEnumerable<string> OfSpec(JsonObject spec, string path)
    {
        if (spec.Integer("terminationGracePeriodSeconds") < 0)
        {
            yield return $"{path}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1";
        }

        var secrets = spec.Items("imagePullSecrets").ToList();
        for (var i = 0; i < secrets.Count; i++)
        {
            if (secrets[i].Text("name").Length == 0)
            {
                yield return $"{path}spec.imagePullSecrets[{i}].name: invalid empty name \"\"";
            }
        }

        foreach (var (name, amount) in spec.Object("overhead") ?? [])
        {
            if (FractionFault(name, amount) is { } fault)
            {
                yield return $"{path}spec.overhead[{name}]: {fault}";
            }
        }
    }

    private static IEnumerable<string> OfVolumes(JsonObject spec, string path)
    {
        var volumes = spec.Items("volumes").ToList();
        for (var i = 0; i < volumes.Count; i++)
        {
            foreach (var (source, warning) in OldVolumes.Where(old => volumes[i].Has(old.Source)))
            {
                yield return $"{path}spec.volumes[{i}].{source}: {warning}";
            }

            if (volumes[i].Object("emptyDir") is { } scratch && FractionFault("memory", scratch["sizeLimit"]) is { } fault)
            {
                yield return $"{path}spec.volumes[{i}].emptyDir.sizeLimit: {fault}";
            }
        }
    }

    private static IEnumerable<string> OfContainers(JsonObject spec, string path)
    {
        foreach (var list in (string[])["initContainers", "containers", "ephemeralContainers"])
        {
            var containers = spec.Items(list).ToList();
            for (var i = 0; i < containers.Count; i++)
            {
                foreach (var warning in OfContainer(containers[i], $"{path}spec.{list}[{i}]"))
                {
                    yield return warning;
                }
            }
        }
    }

    private static IEnumerable<string> OfContainer(JsonObject container, string at)
    {
        foreach (var list in (string[])["limits", "requests"])
        {
            foreach (var (name, amount) in container.Object("resources").Object(list) ?? [])
            {
                if (FractionFault(name, amount) is { } fault)
                {
                    yield return $"{at}.resources.{list}[{name}]: {fault}";
                }
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var variables = container.Items("env").ToList();
        for (var i = 0; i < variables.Count; i++)
        {
            var (name, value) = (variables[i].Text("name"), variables[i].Text("value"));

            // A variable that is built from its own earlier value is meant to come twice.
            if (!seen.Add(name) && !value.Contains($"$({name})", StringComparison.Ordinal))
            {
                yield return $"{at}.env[{i}]: hides previous definition of \"{name}\", which may be dropped when using apply";
            }
        }

        var ports = container.Items("ports").ToList();
        for (var i = 1; i < ports.Count; i++)
        {
            var twin = ports.FindIndex(0, i, port => SamePort(port, ports[i]));
            if (twin >= 0)
            {
                yield return $"{at}.ports[{i}]: duplicate port definition with {at}.ports[{twin}]";
            }
        }
    }

    private static bool SamePort(JsonObject one, JsonObject other) =>
        ((string[])["containerPort", "protocol", "hostPort", "hostIP"]).All(field => JsonReading.Same(one[field], other[field]));

    private static string? FractionFault(string name, JsonNode? amount) =>
        name is "memory" or "ephemeral-storage" && amount is not null && ResourceValidation.Amount(amount) is var quantity && quantity.MilliValue % 1000 != 0
            ? $"fractional byte value \"{quantity}\" is invalid, must be an integer"
            : null;
}
