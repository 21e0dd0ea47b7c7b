using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PersistentVolumeClaims;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The defaults of a volume of a pod.</summary>
/// <remarks>Upstream: SetDefaults_Volume and its kin in pkg/apis/core/v1/defaults.go.</remarks>
internal static class VolumeDefaults
{
    /// <summary>The mode of projected files, 0644.</summary>
    public const long FileMode = 420;

    /// <summary>How long a projected service-account token lives when the volume does not say: an hour.</summary>
    private const long TokenExpirationSeconds = 3600;

    /// <summary>Defaults one volume; one that names no source is an emptyDir.</summary>
    public static void Apply(JsonObject volume)
    {
        if (!volume.Any(entry => entry.Key != "name" && entry.Value is not null))
        {
            volume["emptyDir"] = new JsonObject();
        }

        volume.Object("secret")?.DefaultInteger("defaultMode", FileMode);
        volume.Object("configMap")?.DefaultInteger("defaultMode", FileMode);
        if (volume.Object("downwardAPI") is { } downward)
        {
            downward.DefaultInteger("defaultMode", FileMode);
            ApplyToDownwardItems(downward);
        }

        if (volume.Object("projected") is { } projected)
        {
            ApplyToProjected(projected);
        }

        if (volume.Object("hostPath") is { } hostPath && !hostPath.Has("type"))
        {
            hostPath["type"] = "";
        }

        if (volume.Object("iscsi") is { } iscsi)
        {
            iscsi.DefaultText("iscsiInterface", "default");
        }

        if (volume.Object("ephemeral").Object("volumeClaimTemplate").Object("spec") is { } claim)
        {
            PersistentVolumeClaimDefaults.ApplyToSpec(claim);
        }
    }

    private static void ApplyToProjected(JsonObject projected)
    {
        projected.DefaultInteger("defaultMode", FileMode);
        foreach (var source in projected.Items("sources"))
        {
            source.Object("serviceAccountToken")?.DefaultInteger("expirationSeconds", TokenExpirationSeconds);
            ApplyToDownwardItems(source.Object("downwardAPI"));
        }
    }

    private static void ApplyToDownwardItems(JsonObject? source)
    {
        foreach (var item in source.Items("items"))
        {
            item.Object("fieldRef")?.DefaultText("apiVersion", "v1");
        }
    }
}
