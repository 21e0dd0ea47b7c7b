using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>What bad input gets.</summary>
public sealed class BadInputTests(ClusterFixture fixture)
{
    [Fact]
    public async Task A_manifest_that_is_not_valid_names_its_fields_and_stores_nothing()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        var manifest = Pods.Busybox("bad", "true").Replace("name: main", "name: Not_Valid", StringComparison.Ordinal).Replace("image: orchestrator.local/busybox:1", "image: \"\"", StringComparison.Ordinal);
        var ran = await kubectl.TryWithAsync(manifest, "apply -f -");
        Assert.NotEqual(0, ran.Code);
        Assert.Contains("spec.containers[0].name", ran.Errors, StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].image", ran.Errors, StringComparison.Ordinal);
        Assert.Equal("", await kubectl.RunAsync("get pods -o name"));
    }

    [Fact]
    public async Task A_field_that_nobody_knows_is_told()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        var ran = await kubectl.TryWithAsync(Pods.Busybox("bad", "true", "imagee: x"), "apply -f -");
        Assert.NotEqual(0, ran.Code);
        Assert.Contains("imagee", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_nothing_is_left_running()
    {
        await using var cluster = new TestCluster();
        using var taken = new TcpListener(IPAddress.Loopback, cluster.Port);
        taken.Start();
        await RefusesAsync(cluster, $"port {cluster.Port}", "--disable-agent");
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told_and_nothing_is_left_running()
    {
        await using var cluster = new TestCluster();
        await RefusesAsync(cluster, "cannot be reached", "--disable-agent", "--database", "Host=127.0.0.1;Port=1;Username=x;Database=y");
        await RefusesAsync(cluster, "cannot be read", "--disable-agent", "--database", "nonsense");
    }

    [Fact]
    public async Task A_runtime_that_is_not_there_is_told_and_the_database_is_ended_again()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "containers need root");
        await using var cluster = new TestCluster();
        await RefusesAsync(cluster, "/nowhere.sock", "--containerd-socket", "/nowhere.sock");
    }

    [Fact]
    public async Task A_directory_of_a_newer_program_is_left_alone()
    {
        await using var cluster = new TestCluster();
        var record = Path.Combine(cluster.Directory, "cluster.json");
        await File.WriteAllTextAsync(
            record, new JsonObject { ["layout"] = 99, ["podCidr"] = "", ["serviceCidr"] = "", ["nodeName"] = "", ["apiPort"] = 1 }.ToJsonString(), TestContext.Current.CancellationToken);
        await RefusesAsync(cluster, "newer version", "--disable-agent");
    }

    [Fact]
    public async Task A_directory_of_somebody_else_is_left_alone()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a directory away");
        await using var cluster = new TestCluster();
        await Ran.RunAsync("chown", ["65534", cluster.Directory]);
        await RefusesAsync(cluster, "belongs to the user", "--disable-agent");
    }

    [Fact]
    public async Task A_second_start_of_a_running_cluster_is_told()
    {
        var ran = await fixture.Cluster.UpAsync();
        Assert.NotEqual(0, ran.Code);
        Assert.Contains("already running", ran.Errors, StringComparison.Ordinal);
    }

    private static async Task RefusesAsync(TestCluster cluster, string why, params string[] options)
    {
        var ran = await cluster.UpAsync(options);
        Assert.NotEqual(0, ran.Code);
        Assert.Contains(why, ran.Errors, StringComparison.Ordinal);
        Assert.Empty(await HostState.LeftByAsync(cluster.Directory));
    }
}
