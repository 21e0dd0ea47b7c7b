using k8s;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>A cluster without nodes that tests of the API share: started for the first test that wants it, removed after the last.</summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private readonly Lazy<Task<TestCluster>> cluster = new(StartAsync);

    /// <summary>The cluster, started.</summary>
    public Task<TestCluster> ClusterAsync() => cluster.Value;

    /// <summary>The administrator's client.</summary>
    public async Task<Kubernetes> ClientAsync() =>
        new(KubernetesClientConfiguration.BuildConfigFromConfigFile((await ClusterAsync()).Kubeconfig));

    public async ValueTask DisposeAsync()
    {
        if (cluster.IsValueCreated)
        {
            await (await cluster.Value).DisposeAsync();
        }
    }

    private static async Task<TestCluster> StartAsync()
    {
        var made = new TestCluster();
        await made.UpOrFailAsync("--disable-agent", "--disable-scheduler");
        return made;
    }
}
