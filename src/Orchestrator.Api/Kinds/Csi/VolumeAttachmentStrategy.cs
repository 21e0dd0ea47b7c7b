using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Csi;

/// <summary>What VolumeAttachments add to the common write path: an attachment is of one volume to one node for as long as it lives.</summary>
/// <remarks>Upstream: ValidateVolumeAttachmentV1 and ValidateVolumeAttachmentUpdate.</remarks>
internal sealed class VolumeAttachmentStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("storage.k8s.io", "volumeattachments");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        CsiDriverNames.Validate(spec.Text("attacher"), "spec.attacher", faults);
        var source = spec.Object("source");
        var (hasVolume, hasInline) = (source.Has("persistentVolumeName"), source.Has("inlineVolumeSpec"));
        if (!hasVolume && !hasInline)
        {
            faults.Required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        }
        else if (hasVolume && hasInline)
        {
            faults.Forbidden("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        }
        else if (hasVolume && source.Text("persistentVolumeName").Length == 0)
        {
            faults.Required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName");
        }

        faults.Invalid("spec.nodeName", spec.Text("nodeName"), ObjectNames.DnsSubdomainErrors(spec.Text("nodeName")));
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        if (subresource != "status")
        {
            faults.AddRange(Validate(obj));
            faults.Immutable("spec", obj["spec"], old["spec"]);
        }

        return faults;
    }
}
