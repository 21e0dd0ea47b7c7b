using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Measures Services: their number, load balancers and node ports.</summary>
/// <remarks>Upstream: pkg/quota/v1/evaluator/core/services.go.</remarks>
internal sealed class ServiceQuota() : QuotaEvaluator(new GroupResource("", "services"))
{
    private const string NodePorts = "services.nodeports";
    private const string LoadBalancers = "services.loadbalancers";

    /// <inheritdoc />
    public override bool IsVariable => true;

    /// <inheritdoc />
    public override bool Handles(AdmissionAttributes attributes) =>
        attributes is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Subresource.Length: 0 };

    /// <inheritdoc />
    public override bool Measures(string name) => name is "services" or NodePorts or LoadBalancers || name == CountName;

    /// <inheritdoc />
    public override SortedDictionary<string, Quantity> Usage(JsonObject obj, DateTimeOffset now)
    {
        var spec = obj.Object("spec");
        var type = spec.Text("type");
        var ports = spec.Items("ports").ToList();

        // Node ports are not allocated yet when they are charged for, so it is the intent that counts.
        var nodePorts = type switch
        {
            "NodePort" => ports.Count,
            "LoadBalancer" => spec?["allocateLoadBalancerNodePorts"] is not null && !spec.Flag("allocateLoadBalancerNodePorts")
                ? ports.Count(port => port.Integer("nodePort") is not (null or 0))
                : ports.Count,
            _ => 0,
        };
        var usage = ResourceAmounts.Empty();
        usage[CountName] = ResourceAmounts.Count(1);
        usage["services"] = ResourceAmounts.Count(1);
        usage[LoadBalancers] = ResourceAmounts.Count(type == "LoadBalancer" ? 1 : 0);
        usage[NodePorts] = ResourceAmounts.Count(nodePorts);
        return usage;
    }
}
