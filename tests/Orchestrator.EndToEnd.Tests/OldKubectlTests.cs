using System.Globalization;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Debian's kubectl 1.20: it reads OpenAPI in protobuf, knows no server-side field validation, and streams over SPDY.</summary>
public sealed class OldKubectlTests(ClusterFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_are_made_changed_watched_and_removed()
    {
        var kubectl = await OldAsync();
        await kubectl.RunAsync("apply -f", SourceTree.At("examples", "web.yaml"));
        await kubectl.UntilRolledOutAsync("deployment/web");
        Assert.Contains("3/3", await kubectl.RunAsync("get deployments,services -o wide"), StringComparison.Ordinal);
        Assert.Contains("unchanged", await kubectl.RunAsync("apply -f", SourceTree.At("examples", "web.yaml")), StringComparison.Ordinal);
        Assert.Contains("serverside-applied", await kubectl.RunAsync("apply --server-side --force-conflicts -f", SourceTree.At("examples", "web.yaml")), StringComparison.Ordinal);
        await kubectl.RunAsync("patch deployment web -p", """{"spec":{"replicas":2}}""");
        await kubectl.UntilFieldAsync("deployment web", ".status.replicas", "2");
        Assert.Contains("Container started", await kubectl.RunAsync("describe pods"), StringComparison.Ordinal);
        Assert.Contains("replicas", await kubectl.RunAsync("explain deployment.spec.replicas"), StringComparison.Ordinal);
        Assert.Contains("error validating data", (await kubectl.TryWithAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}\n", "create -f -")).Errors, StringComparison.Ordinal);

        using var watch = kubectl.Start("get configmaps -w --output-watch-events");
        await kubectl.RunAsync("create configmap seen --from-literal=a=b");
        string? line;
        do
        {
            line = await watch.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
        while (line?.Contains("seen", StringComparison.Ordinal) == false);

        watch.Kill();
        Assert.StartsWith("ADDED", line, StringComparison.Ordinal);
        await kubectl.RunAsync("delete deployment web");
    }

    [Fact]
    public async Task Streams_go_over_SPDY()
    {
        var kubectl = await OldAsync();
        await kubectl.ApplyAsync(Pods.Busybox("box", "echo line one\nwhile read -r line; do echo \"got $line\"; done", "stdin: true"));
        await kubectl.RunAsync("run served --image=orchestrator.local/web:1 --port=8080");
        await kubectl.UntilReadyAsync("pod/box pod/served");

        Assert.Equal("hello\n", await kubectl.RunAsync("exec box --", "echo", "hello"));
        Assert.Equal(7, (await kubectl.TryAsync("exec box --", "sh", "-c", "exit 7")).Code);
        Assert.Equal("from here", (await kubectl.TryWithAsync("from here", "exec -i box -- cat")).Output);
        Assert.Equal("line one\n", await kubectl.RunAsync("logs box"));
        await CopyBothWaysAsync(kubectl);

        using var attach = kubectl.Start("attach -i box");
        await attach.StandardInput.WriteAsync("this\n".AsMemory(), Token);
        await attach.StandardInput.FlushAsync(Token);
        Assert.Equal("got this", await attach.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token));
        attach.Kill();

        var port = TestCluster.FreePort();
        using var forward = kubectl.Start($"port-forward pod/served {port}:8080");
        await forward.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
        using var client = new HttpClient();
        Assert.Equal("served\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/cgi-bin/hostname"), Token));
        forward.Kill();
    }

    private static async Task CopyBothWaysAsync(Kubectl kubectl)
    {
        var file = Path.GetTempFileName();
        try
        {
            var content = string.Concat(Enumerable.Range(0, 20_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n"));
            await File.WriteAllTextAsync(file, content, Token);
            await kubectl.RunAsync($"cp {file} box:/tmp/there");
            await kubectl.RunAsync($"cp box:/tmp/there {file}.back");
            Assert.Equal(content, await File.ReadAllTextAsync(file + ".back", Token));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".back");
        }
    }

    private async Task<Kubectl> OldAsync()
    {
        Assert.SkipWhen(ClientTools.OldKubectl is null, "ORCHESTRATOR_TEST_OLD_KUBECTL names no kubectl: ./orchestrator test gets Debian's");
        return (await fixture.Cluster.NamespaceAsync()).With(ClientTools.OldKubectl!);
    }
}
