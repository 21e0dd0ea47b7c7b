using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The commands by which a running cluster is kept well.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_running_cluster_is_backed_up_compared_and_put_back()
    {
        await using var cluster = new TestCluster();
        await cluster.UpOrFailAsync("--disable-agent", "--disable-scheduler", "--disable-controller-manager");
        var kubectl = cluster.Kubectl("default");
        await kubectl.RunAsync("create configmap kept --from-literal=a=1");
        var file = Path.Combine(cluster.Directory, "backup.gz");
        var before = await CommandAsync("backup", file, "--data-dir", cluster.Directory);

        await kubectl.RunAsync("delete configmap kept");
        await kubectl.RunAsync("create configmap undone --from-literal=a=1");
        Assert.Contains("the same", await CommandAsync("digest", "--data-dir", cluster.Directory), StringComparison.Ordinal);

        await CommandAsync("restore", file, "--data-dir", cluster.Directory);
        var maps = await Until.AsWantedAsync(
            "the restored objects", () => kubectl.RunAsync("get configmaps -o name"), names => names.Contains("configmap/kept", StringComparison.Ordinal));
        Assert.DoesNotContain("undone", maps, StringComparison.Ordinal);
        var after = await CommandAsync("digest", "--data-dir", cluster.Directory);
        Assert.Contains("the same", after, StringComparison.Ordinal);
        Assert.Contains(before.Split("digest ")[1].Split(',')[0], after, StringComparison.Ordinal);
    }

    private static async Task<string> CommandAsync(params string[] arguments)
    {
        var ran = await TestCluster.CommandAsync(arguments);
        Assert.True(ran.Code == 0, string.Join(' ', arguments) + "\n" + ran.Output + ran.Errors);
        return ran.Output;
    }
}
