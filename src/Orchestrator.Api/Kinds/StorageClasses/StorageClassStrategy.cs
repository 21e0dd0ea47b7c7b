using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.StorageClasses;

/// <summary>What StorageClasses add to the common write path.</summary>
/// <remarks>Upstream: SetDefaults_StorageClass and ValidateStorageClass.</remarks>
internal sealed class StorageClassStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("storage.k8s.io", "storageclasses");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        obj.DefaultText("reclaimPolicy", "Delete");
        obj.DefaultText("volumeBindingMode", "Immediate");
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        if (obj.Text("provisioner").Length == 0)
        {
            faults.Required("provisioner");
        }

        faults.OneOf("reclaimPolicy", obj.Text("reclaimPolicy"), "Delete", "Retain");
        faults.OneOf("volumeBindingMode", obj.Text("volumeBindingMode"), "Immediate", "WaitForFirstConsumer");
        return faults;
    }
}
