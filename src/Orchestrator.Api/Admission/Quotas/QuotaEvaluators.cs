using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>The evaluators by resource.</summary>
/// <remarks>Upstream: pkg/quota/v1/install/registry.go; Events are never counted.</remarks>
internal static class QuotaEvaluators
{
    private static readonly PodQuota Pods = new();
    private static readonly ServiceQuota Services = new();
    private static readonly ClaimQuota Claims = new();

    /// <summary>The evaluator of a resource; null when its objects are not counted.</summary>
    public static QuotaEvaluator? For(GroupResource resource) => resource switch
    {
        { Resource: "events", Group: "" or "events.k8s.io" } => null,
        { Group: "", Resource: "pods" } => Pods,
        { Group: "", Resource: "services" } => Services,
        { Group: "", Resource: "persistentvolumeclaims" } => Claims,
        _ => new QuotaEvaluator(resource),
    };

    /// <summary>The resource that an amount is about; null when the name says nothing of one.</summary>
    public static GroupResource? ResourceOf(string amount)
    {
        if (amount.StartsWith("count/", StringComparison.Ordinal))
        {
            var counted = amount["count/".Length..];
            var dot = counted.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? new GroupResource("", counted) : new GroupResource(counted[(dot + 1)..], counted[..dot]);
        }

        foreach (var evaluator in (QuotaEvaluator[])[Pods, Services, Claims])
        {
            if (evaluator.Measures(amount))
            {
                return evaluator.Resource;
            }
        }

        var bare = new GroupResource("", amount);
        return new QuotaEvaluator(bare).Measures(amount) ? bare : null;
    }
}
