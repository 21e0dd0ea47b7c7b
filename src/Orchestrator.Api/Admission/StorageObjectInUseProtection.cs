using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Gives new claims and volumes the finalizer that keeps them while they are used.</summary>
/// <remarks>Upstream: plugin/pkg/admission/storage/storageobjectinuseprotection. The protection controllers take it away again.</remarks>
internal sealed class StorageObjectInUseProtection : IAdmissionPlugin
{
    /// <inheritdoc />
    public string Name => nameof(StorageObjectInUseProtection);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes is { Operation: AdmissionOperation.Create, Subresource.Length: 0, Object: { } obj } && Finalizer(attributes.Kind.GroupResource) is { } finalizer)
        {
            var metadata = obj.Ensure("metadata");
            if (!metadata.Texts("finalizers").Contains(finalizer, StringComparer.Ordinal))
            {
                metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Append(finalizer).Select(name => JsonValue.Create(name))]);
            }
        }

        return null;
    }

    private static string? Finalizer(GroupResource resource) => resource switch
    {
        { Group: "", Resource: "persistentvolumeclaims" } => "kubernetes.io/pvc-protection",
        { Group: "", Resource: "persistentvolumes" } => "kubernetes.io/pv-protection",
        _ => null,
    };
}
