using Orchestrator.EndToEnd.Tests.Harness;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A cluster whose objects are in a PostgreSQL that somebody else runs.</summary>
public sealed class ExternalDatabaseTests
{
    [Fact]
    public async Task A_server_alone_runs_on_a_database_that_is_not_its_own_and_leaves_it_running()
    {
        using var database = new PostgresFixture();
        await using var cluster = new TestCluster();
        string[] options = ["--database", database.ConnectionString, "--disable-agent"];
        await cluster.UpOrFailAsync(options);
        var kubectl = cluster.Kubectl("default");
        await kubectl.RunAsync("create configmap kept --from-literal=a=1");
        Assert.Equal(0, cluster.PidOf("postgres"));

        var down = await TestCluster.CommandAsync("down", "--data-dir", cluster.Directory);
        Assert.DoesNotContain("PostgreSQL", down.Output, StringComparison.Ordinal);
        await cluster.UpOrFailAsync(options);
        Assert.Contains("configmap/kept", await kubectl.RunAsync("get configmap kept -o name"), StringComparison.Ordinal);
    }
}
