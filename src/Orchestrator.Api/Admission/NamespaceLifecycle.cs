using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Refuses objects in namespaces that do not exist or are going, and the deletion of the namespaces that a cluster lives from.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/namespace/lifecycle.</remarks>
internal sealed class NamespaceLifecycle : IAdmissionPlugin
{
    private static readonly GroupResource Namespaces = new("", "namespaces");
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <inheritdoc />
    public string Name => nameof(NamespaceLifecycle);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource == Namespaces)
        {
            return attributes.Operation == AdmissionOperation.Delete && Immortal.Contains(attributes.Key.Name, StringComparer.Ordinal)
                ? attributes.Forbid("this namespace may not be deleted")
                : null;
        }

        // What is in a namespace that goes may still be changed and deleted: that is how it goes.
        if (!attributes.Kind.Namespaced || attributes.Operation != AdmissionOperation.Create)
        {
            return null;
        }

        var ns = attributes.Key.Namespace;
        if (attributes.At.View.Get(new ObjectKey("", "namespaces", "", ns)) is not { } found)
        {
            return Statuses.NotFound(Namespaces, ns);
        }

        var document = found.Document.Span;
        var terminating = DocumentText.Field(document, "metadata.deletionTimestamp") is not null
            || DocumentText.Field(document, "status.phase") == "Terminating";
        return terminating
            ? attributes.Forbid($"unable to create new content in namespace {ns} because it is being terminated") with
            {
                Causes = [new StatusCause("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace")],
            }
            : null;
    }
}
