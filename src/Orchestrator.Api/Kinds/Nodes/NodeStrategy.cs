using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Nodes;

/// <summary>What Nodes add to the common write path. A creator may give a status: a kubelet registers with one.</summary>
/// <remarks>Upstream: pkg/registry/core/node/strategy.go.</remarks>
internal sealed class NodeStrategy : KindStrategy
{
    private static readonly string[] SystemFields =
    [
        "architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "kubeletVersion", "machineID", "operatingSystem",
        "osImage", "systemUUID",
    ];

    /// <inheritdoc />
    public override GroupResource Resource => new("", "nodes");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        if (spec.Text("podCIDR") is { Length: > 0 } cidr && spec.Array("podCIDRs") is not { Count: > 0 })
        {
            spec["podCIDRs"] = new JsonArray(cidr);
        }

        var status = obj.Ensure("status");
        status.Ensure("daemonEndpoints").Ensure("kubeletEndpoint").DefaultInteger("Port", 0);
        var system = status.Ensure("nodeInfo");
        foreach (var field in SystemFields)
        {
            system[field] ??= "";
        }

        if (status.Object("capacity") is { } capacity && !status.Has("allocatable"))
        {
            status["allocatable"] = capacity.DeepClone();
        }
    }

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        // Upstream gives this path, though taints lie in the spec.
        SchedulingValidation.ValidateTaints(obj.Object("spec"), "metadata.taints", faults);
        return faults;
    }

    /// <inheritdoc />
    /// <remarks>Upstream validates the node and then its change, and the change looks at the taints again.</remarks>
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.AddRange(Validate(obj));
        faults.AddRange(Validate(obj));
        var (spec, before) = (obj.Object("spec"), old.Object("spec"));
        if (before.Array("podCIDRs") is { Count: > 0 } cidrs && !JsonReading.Same(spec?["podCIDRs"], cidrs))
        {
            faults.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        }

        if (before.Text("providerID") is { Length: > 0 } provider && spec.Text("providerID") != provider)
        {
            faults.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
        }

        return faults;
    }
}
