using k8s;

namespace Orchestrator.Bench;

/// <summary>A server of Kubernetes' API that a load is sent to: ours, or the one that it is compared with.</summary>
internal interface IApiServer : IAsyncDisposable
{
    /// <summary>What stands before each of its figures; empty for ours.</summary>
    string Label { get; }

    /// <summary>How to reach it, as its administrator.</summary>
    KubernetesClientConfiguration Configuration { get; }

    /// <summary>Its metric of all bytes that were ever allocated,.</summary>
    string AllocatedMetric { get; }

    /// <summary>Its histogram of what its store takes for a write, and a label of the series that counts the creates.</summary>
    (string Name, string Label) StoreTime { get; }

    /// <summary>The process that serves; null when it does not run.</summary>
    int? ServerId { get; }

    /// <summary>The process that stores; null when it does not run.</summary>
    int? StoreId { get; }
}
