using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Labels a pod with the zone and the region of its node, so that its containers can learn where they run.</summary>
/// <remarks>Upstream: plugin/pkg/admission/podtopologylabels. A binding carries the labels to its pod.</remarks>
internal sealed class PodTopologyLabels : IAdmissionPlugin
{
    private static readonly string[] Copied = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];
    private static readonly GroupResource Pods = new("", "pods");

    /// <inheritdoc />
    public string Name => nameof(PodTopologyLabels);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource != Pods || attributes is not { Operation: AdmissionOperation.Create, Object: { } obj })
        {
            return null;
        }

        var node = attributes.Subresource switch
        {
            "" => obj.Object("spec").Text("nodeName"),
            "binding" when obj.Object("target").Text("kind") == "Node" => obj.Object("target").Text("name"),
            _ => "",
        };
        if (node.Length > 0)
        {
            Copy(obj, attributes.At.View.Read("", "nodes", "", node).Object("metadata").Object("labels"));
        }

        return null;
    }

    private static void Copy(JsonObject obj, JsonObject? labels)
    {
        foreach (var label in Copied.Where(labels.Has))
        {
            obj.Ensure("metadata").Ensure("labels")[label] = labels.Text(label);
        }
    }
}
