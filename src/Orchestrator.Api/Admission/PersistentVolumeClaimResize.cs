using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Lets a claim grow only when it is bound and its class allows volumes to grow.</summary>
/// <remarks>Upstream: plugin/pkg/admission/storage/persistentvolume/resize.</remarks>
internal sealed class PersistentVolumeClaimResize : IAdmissionPlugin
{
    private static readonly GroupResource Claims = new("", "persistentvolumeclaims");

    /// <inheritdoc />
    public string Name => nameof(PersistentVolumeClaimResize);

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource != Claims || attributes is not { Operation: AdmissionOperation.Update, Subresource.Length: 0, Object: { } claim, OldObject: { } old })
        {
            return null;
        }

        var size = ResourceValidation.Amount(claim.Object("spec").Object("resources").Object("requests")?["storage"]);
        var before = ResourceValidation.Amount(old.Object("spec").Object("resources").Object("requests")?["storage"]);
        if (size <= before)
        {
            return null;
        }

        if (old.Object("status").Text("phase") != "Bound")
        {
            return attributes.Forbid("Only bound persistent volume claims can be expanded");
        }

        var name = ClassOf(claim);
        var allows = name.Length > 0 && name == ClassOf(old) && attributes.At.View.Read("storage.k8s.io", "storageclasses", "", name).Flag("allowVolumeExpansion");
        return allows ? null : attributes.Forbid("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
    }

    /// <summary>The annotation by which claims named their class before there was the field goes before it.</summary>
    private static string ClassOf(JsonObject claim) =>
        claim.Object("metadata").Object("annotations").Text("volume.beta.kubernetes.io/storage-class") is { Length: > 0 } older ? older : claim.Object("spec").Text("storageClassName");
}
