namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>The cluster that all tests share: a real one, with real containers, on this host.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    /// <summary>Ranges that no default cluster on this host has.</summary>
    private static readonly string[] Options = ["--node-name", "e2e", "--pod-cidr", "10.177.0.0/16", "--service-cidr", "10.197.0.0/16"];

    private readonly TestCluster cluster = new();
    private IReadOnlyList<string> cgroupsBefore = [];
    private Exception? failure;

    /// <summary>The cluster; the test is skipped where there can be none.</summary>
    public TestCluster Cluster
    {
        get
        {
            Assert.SkipUnless(Environment.IsPrivilegedProcess, "containers need root");
            return failure is null ? cluster : throw new InvalidOperationException("the cluster did not start", failure);
        }
    }

    /// <summary>Starts it again after a test has ended its server.</summary>
    public Task ResumeAsync() => cluster.UpOrFailAsync(Options);

    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        cgroupsBefore = HostState.PodCgroups();
        try
        {
            await cluster.UpOrFailAsync(Options);
        }
        catch (InvalidOperationException e)
        {
            failure = e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Of our own pods only: another cluster may run on this host.
        var ours = HostState.PodCgroups().Except(cgroupsBefore).ToList();
        await cluster.DisposeAsync();
        Assert.DoesNotContain(ours, HostState.IsDeserted);
    }
}
