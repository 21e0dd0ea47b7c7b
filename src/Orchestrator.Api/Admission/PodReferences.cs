using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission;

/// <summary>What a pod's spec refers to by name.</summary>
/// <remarks>Upstream: VisitPodSecretNames and VisitPodConfigmapNames of pkg/api/pod/util.go.</remarks>
internal static class PodReferences
{
    private static readonly string[] Containers = ["containers", "initContainers", "ephemeralContainers"];

    /// <summary>Volumes whose driver finds a secret by <c>secretRef</c>.</summary>
    private static readonly string[] SecretRefs = ["cephfs", "cinder", "flexVolume", "rbd", "scaleIO", "iscsi", "storageos"];

    /// <summary>The names of secrets, one for each place.</summary>
    public static IEnumerable<string> Secrets(JsonObject? spec)
    {
        var volumes = spec.Items("volumes").ToList();
        return spec.Items("imagePullSecrets").Select(reference => reference.Text("name"))
            .Concat(FromContainers(spec, "secretKeyRef", "secretRef"))
            .Concat(volumes.Where(volume => volume.Has("secret")).Select(volume => volume.Object("secret").Text("secretName")))
            .Concat(volumes.Select(volume => volume.Object("azureFile").Text("secretName")))
            .Concat(volumes.SelectMany(volume => SecretRefs.Select(kind => volume.Object(kind).Object("secretRef").Text("name"))))
            .Concat(volumes.Select(volume => volume.Object("csi").Object("nodePublishSecretRef").Text("name")))
            .Concat(Projections(spec).Select(source => source.Object("secret").Text("name")))
            .Where(name => name.Length > 0);
    }

    /// <summary>The names of config maps, one for each place.</summary>
    public static IEnumerable<string> ConfigMaps(JsonObject? spec) => FromContainers(spec, "configMapKeyRef", "configMapRef")
        .Concat(spec.Items("volumes").Select(volume => volume.Object("configMap").Text("name")))
        .Concat(Projections(spec).Select(source => source.Object("configMap").Text("name")))
        .Where(name => name.Length > 0);

    /// <summary>The sources of projected volumes.</summary>
    public static IEnumerable<JsonObject> Projections(JsonObject? spec) => spec.Items("volumes").SelectMany(volume => volume.Object("projected").Items("sources"));

    private static IEnumerable<string> FromContainers(JsonObject? spec, string key, string whole) => Containers.SelectMany(list => spec.Items(list))
        .SelectMany(container => container.Items("env").Select(variable => variable.Object("valueFrom").Object(key).Text("name"))
            .Concat(container.Items("envFrom").Select(source => source.Object(whole).Text("name"))));
}
