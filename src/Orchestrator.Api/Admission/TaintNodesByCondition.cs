using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Taints a new node as not ready, so that no pod is placed on it before its first report.</summary>
/// <remarks>Upstream: plugin/pkg/admission/nodetaint.</remarks>
internal sealed class TaintNodesByCondition : IAdmissionPlugin
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private static readonly GroupResource Nodes = new("", "nodes");

    /// <inheritdoc />
    public string Name => nameof(TaintNodesByCondition);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource != Nodes || attributes.Subresource.Length > 0
            || attributes.Operation != AdmissionOperation.Create || attributes.Object is not { } node)
        {
            return null;
        }

        var spec = node.Ensure("spec");
        if (!spec.Items("taints").Any(taint => taint.Text("key") == NotReady && taint.Text("effect") == "NoSchedule"))
        {
            if (spec["taints"] is not JsonArray taints)
            {
                spec["taints"] = taints = [];
            }

            taints.Add(new JsonObject { ["key"] = NotReady, ["effect"] = "NoSchedule" });
        }

        return null;
    }
}
