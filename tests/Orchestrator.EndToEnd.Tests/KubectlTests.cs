using System.Globalization;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 1: the everyday verbs of kubectl.</summary>
public sealed class KubectlTests(ClusterFixture fixture)
{
    [Fact]
    public async Task The_example_runs_and_every_verb_works_on_it()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync($"apply -f {SourceTree.At("examples", "web.yaml")}");
        await kubectl.UntilRolledOutAsync("deployment/web");
        Assert.Equal(3, Lines(await kubectl.RunAsync("get pods -l app=web --field-selector status.phase=Running -o name")));
        Assert.Contains("e2e", await kubectl.RunAsync("get pods -o wide"), StringComparison.Ordinal);
        Assert.Contains("replicas: 3", await kubectl.RunAsync("get deployment web -o yaml"), StringComparison.Ordinal);
        Assert.Contains(kubectl.Namespace, await kubectl.RunAsync("get pods -A"), StringComparison.Ordinal);
        Assert.Contains("3/3", await kubectl.RunAsync("get deployments,replicasets,services,endpointslices"), StringComparison.Ordinal);
        Assert.Contains("RollingUpdate", await kubectl.RunAsync("describe deployment web"), StringComparison.Ordinal);
        Assert.Contains("Container started", await kubectl.RunAsync("describe pods"), StringComparison.Ordinal);
        Assert.Contains("Endpoints:", await kubectl.RunAsync("describe service web"), StringComparison.Ordinal);
        Assert.Contains("cpu", await kubectl.RunAsync("describe node e2e"), StringComparison.Ordinal);

        await kubectl.RunAsync("label deployment web tier=front");
        await kubectl.RunAsync("annotate deployment web note=seen");
        Assert.Equal("front seen", await kubectl.RunAsync("get deployment web -o", "jsonpath={.metadata.labels.tier} {.metadata.annotations.note}"));
        await kubectl.RunAsync("patch deployment web -p", """{"spec":{"minReadySeconds":1}}""");
        await kubectl.EditAsync("sed -i s/minReadySeconds:.1/minReadySeconds:\\ 0/", "edit deployment web");
        await kubectl.RunAsync("scale deployment web --replicas=2");
        await kubectl.UntilFieldAsync("deployment web", ".status.replicas", "2");
        await kubectl.RunAsync("wait --for=condition=Available deployment/web --timeout=60s");

        await kubectl.RunAsync("delete deployment web");
        await kubectl.RunAsync("wait --for=delete pod -l app=web --timeout=60s");
    }

    [Theory]
    [InlineData("explain deployment.spec.replicas", "FIELD: replicas")]
    [InlineData("api-resources", "deployments")]
    [InlineData("api-versions", "apps/v1")]
    [InlineData("cluster-info", "is running at")]
    [InlineData("version", "Server Version: v1.36")]
    [InlineData("auth can-i create pods", "yes")]
    [InlineData("get nodes -o wide", "Ready")]
    [InlineData("get componentstatuses", "")]
    [InlineData("get --raw /readyz", "ok")]
    public async Task The_server_tells_about_itself(string line, string expected)
    {
        var ran = await fixture.Cluster.Kubectl("default").TryAsync(line);
        Assert.Contains(expected, ran.Output + ran.Errors, StringComparison.Ordinal);
        Assert.True(ran.Code == 0 || line.Contains("componentstatuses", StringComparison.Ordinal), ran.Errors);
    }

    [Fact]
    public async Task Top_says_that_there_are_no_metrics() =>
        Assert.Contains("etrics", (await fixture.Cluster.Kubectl("default").TryAsync("top nodes")).Errors, StringComparison.Ordinal);

    [Fact]
    public async Task A_watch_prints_what_happens()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        using var watch = kubectl.Start("get configmaps -w --output-watch-events");
        await kubectl.RunAsync("create configmap seen --from-literal=a=b");
        var line = "";
        while (!line.Contains("seen", StringComparison.Ordinal))
        {
            line = await watch.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)
                ?? throw new InvalidOperationException("the watch ended");
        }

        watch.Kill();
        Assert.StartsWith("ADDED", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_read_in_every_way()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("talker", "for i in 1 2 3 4 5; do echo line $i; done\nif [ -e /state/again ]; then exec sleep 3600; fi\ntouch /state/again\nsleep 1; exit 1",
            "volumeMounts:\n- {name: state, mountPath: /state}", "volumes:\n- {name: state, emptyDir: {}}"));
        await kubectl.UntilFieldAsync("pod talker", ".status.containerStatuses[0].restartCount", "1");
        await kubectl.UntilReadyAsync("pod/talker");
        Assert.Equal(5, Lines(await kubectl.RunAsync("logs talker")));
        Assert.Equal("line 4\nline 5\n", await kubectl.RunAsync("logs talker --tail=2"));
        Assert.Equal(5, Lines(await kubectl.RunAsync("logs talker -c main --since=1h")));
        Assert.Equal(5, Lines(await kubectl.RunAsync("logs talker --previous")));
        Assert.Contains("T", (await kubectl.RunAsync("logs talker --timestamps --tail=1")).Split(' ')[0], StringComparison.Ordinal);

        using var follow = kubectl.Start("logs -f talker --tail=1");
        Assert.Equal("line 5", await follow.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        follow.Kill();
    }

    [Fact]
    public async Task Commands_run_in_containers_with_and_without_a_terminal()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("shell", "exec sleep 3600"));
        await kubectl.UntilReadyAsync("pod/shell");
        Assert.Equal("hello\n", await kubectl.RunAsync("exec shell --", "echo", "hello"));
        Assert.Equal(7, (await kubectl.TryAsync("exec shell --", "sh", "-c", "exit 7")).Code);
        Assert.Equal("from here", (await kubectl.TryWithAsync("from here", "exec -i shell -- cat")).Output);

        // script gives kubectl a terminal.
        var terminal = await Ran.RunAsync(
            "script", ["-qec", $"kubectl --kubeconfig {fixture.Cluster.Kubeconfig} -n {kubectl.Namespace} exec -it shell -- tty", "/dev/null"]);
        Assert.Contains("/dev/pts/", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_copied_both_ways()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("box", "exec sleep 3600"));
        await kubectl.UntilReadyAsync("pod/box");
        var file = Path.GetTempFileName();
        try
        {
            var content = string.Concat(Enumerable.Range(0, 20_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n"));
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
            await kubectl.RunAsync($"cp {file} box:/tmp/there");
            await kubectl.RunAsync($"cp box:/tmp/there {file}.back");
            Assert.Equal(content, await File.ReadAllTextAsync(file + ".back", TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".back");
        }
    }

    [Fact]
    public async Task Attach_reaches_the_main_process()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("echoer", "while read -r line; do echo \"got $line\"; done", "stdin: true"));
        await kubectl.UntilReadyAsync("pod/echoer");
        using var attach = kubectl.Start("attach -i echoer");
        await attach.StandardInput.WriteAsync("this\n");
        await attach.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var line = await attach.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        attach.Kill();
        Assert.Equal("got this", line);
    }

    [Theory, InlineData("pod/served"), InlineData("service/served")]
    public async Task A_port_is_forwarded(string target)
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync("run served --image=orchestrator.local/web:1 --port=8080 --labels=app=served");
        await kubectl.RunAsync("expose pod served --port=80 --target-port=8080");
        await kubectl.UntilReadyAsync("pod/served");

        // Ready says that the process runs; a connection that it does not take yet would end the forwarding.
        await Until.AsWantedAsync(
            "the web server answers", async () => (await kubectl.TryAsync("exec served -- wget -q -O - http://127.0.0.1:8080/cgi-bin/hostname")).Output, answer => answer == "served\n");
        var port = TestCluster.FreePort();
        using var forward = kubectl.Start($"port-forward {target} {port}:{(target.StartsWith("pod", StringComparison.Ordinal) ? 8080 : 80)}");
        var begun = await forward.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.StartsWith("Forwarding from 127.0.0.1:", begun ?? await forward.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var client = new HttpClient();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("served\n", await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/cgi-bin/hostname"), TestContext.Current.CancellationToken));
        }

        forward.Kill();
    }

    private static int Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
