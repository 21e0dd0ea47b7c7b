using System.Net.Sockets;
using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Orchestrator.EndToEnd.Tests.Harness;
using Orchestrator.EndToEnd.Tests.Operators;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Client libraries against real containers: create, list, watch and informer, patch, apply, exec, logs, port-forward, delete.</summary>
public sealed class ClientLibraryTests(ClusterFixture fixture)
{
    private const string JavaScriptClient = "@kubernetes/client-node@1.4.0";

    private static readonly string[] Verbs = ["create", "list", "watch", "patch", "replace", "apply", "exec", "logs", "port-forward", "delete"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_Python_client_does_all_of_it()
    {
        Assert.SkipWhen(ClientTools.Python is null, "Debian's python3 is not installed");
        var ready = await Ran.RunAsync(ClientTools.Python!, ["-c", "import kubernetes"]);
        Assert.SkipUnless(ready.Code == 0, "python3-kubernetes is not installed");
        await ConverseAsync(ClientTools.Python!, SourceTree.At("tests", "Orchestrator.EndToEnd.Tests", "Clients", "conversation.py"));
    }

    [Fact]
    public async Task The_JavaScript_client_does_all_of_it()
    {
        Assert.SkipWhen(ClientTools.Npm is null, "npm is not installed");
        var directory = Directory.CreateTempSubdirectory("orc-e2e-npm-").FullName;
        try
        {
            var installed = await Ran.RunAsync(ClientTools.Npm!, ["install", "--prefix", directory, "--no-audit", "--no-fund", "--no-save", JavaScriptClient]);
            Assert.True(installed.Code == 0, installed.Errors);

            // Modules are looked for where the script is.
            var script = Path.Combine(directory, "conversation.mjs");
            File.Copy(SourceTree.At("tests", "Orchestrator.EndToEnd.Tests", "Clients", "conversation.mjs"), script);
            await ConverseAsync("node", script);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task The_CSharp_client_does_all_of_it()
    {
        var ns = (await fixture.Cluster.NamespaceAsync()).Namespace;
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(fixture.Cluster.Kubeconfig));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var informer = new Informer<V1Pod, V1PodList>(client, "", "v1", "pods", ns, TimeSpan.FromMinutes(10));
        var informed = informer.RunAsync(over.Token);
        var created = await client.CoreV1.CreateNamespacedPodAsync(KubernetesYaml.Deserialize<V1Pod>(Pods.Busybox(
            "cs", "echo line one\nwhile true; do echo served | nc -l -p 8080; done")), ns, cancellationToken: Token);
        Assert.Equal("Pending", created.Status.Phase);
        var listed = await client.CoreV1.ListNamespacedPodAsync(ns, labelSelector: "app=cs", cancellationToken: Token);
        Assert.Equal("cs", Assert.Single(listed.Items).Metadata.Name);
        await WatchAsync(client, ns, listed.Metadata.ResourceVersion, (type, pod) => pod.Status.Phase == "Running");

        var patched = await client.CoreV1.PatchNamespacedPodAsync(
            new V1Patch("""{"metadata":{"labels":{"tier":"front"}}}""", V1Patch.PatchType.StrategicMergePatch), "cs", ns, cancellationToken: Token);
        Assert.Equal("front", patched.Metadata.Labels["tier"]);
        await Until.AsWantedAsync("a pod that runs and has its new label, in the informer's copy",
            () => Task.FromResult(informer.Get("cs")), pod => pod is { Status.Phase: "Running" } && pod.Metadata.Labels.ContainsKey("tier"));
        var applied = await client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"a":"1"}}""", V1Patch.PatchType.ApplyPatch),
            "applied", ns, fieldManager: "cs", cancellationToken: Token);
        Assert.Equal("Apply", Assert.Single(applied.Metadata.ManagedFields).Operation);
        var stale = applied.Metadata.ResourceVersion;
        applied.Data["a"] = "2";
        await client.CoreV1.ReplaceNamespacedConfigMapAsync(applied, "applied", ns, cancellationToken: Token);
        applied.Metadata.ResourceVersion = stale;
        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ReplaceNamespacedConfigMapAsync(applied, "applied", ns, cancellationToken: Token));
        Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.Response.StatusCode);

        var output = "";
        var code = await client.NamespacedPodExecAsync("cs", ns, "main", ["sh", "-c", "echo hello; exit 3"], tty: false, async (_, stdout, _) =>
        {
            using var reader = new StreamReader(stdout);
            output = await reader.ReadToEndAsync(Token);
        }, Token);
        Assert.Equal((3, "hello\n"), (code, output));
        using var log = new StreamReader(await client.CoreV1.ReadNamespacedPodLogAsync("cs", ns, cancellationToken: Token));
        Assert.Equal("line one\n", await log.ReadToEndAsync(Token));
        await Until.AsWantedAsync("an answer through the forwarded port", () => ForwardedAsync(client, ns), text => text == "served\n");

        var gone = WatchAsync(client, ns, null, (type, pod) => type == WatchEventType.Deleted);
        await client.CoreV1.DeleteNamespacedPodAsync("cs", ns, cancellationToken: Token);
        await gone;
        await Until.AsWantedAsync("an informer without the pod", () => Task.FromResult(informer.Get("cs")), pod => pod is null);
        Assert.Equal((1, 0), (informer.Lists, informer.Expirations));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => informed);
    }

    /// <summary>What comes out of the pod's port. The listener is started anew for each connection, so that one may find nobody.</summary>
    private static async Task<string> ForwardedAsync(Kubernetes client, string ns)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var socket = await client.WebSocketNamespacedPodPortForwardAsync("cs", ns, [8080], WebSocketProtocol.V4BinaryWebsocketProtocol, cancellationToken: limit.Token);
        using var channels = new StreamDemuxer(socket, StreamType.PortForward);
        channels.Start();
        using var stream = channels.GetStream((byte?)0, (byte?)0);
        var answer = new StringBuilder();
        var buffer = new byte[256];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, limit.Token)) > 0)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
                if (answer.Length >= "served\n".Length)
                {
                    break;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // What came until then is the answer.
        }

        return answer.ToString();
    }

    private static async Task WatchAsync(Kubernetes client, string ns, string? since, Func<WatchEventType, V1Pod, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        var watching = client.CoreV1.WatchListNamespacedPodAsync(ns, fieldSelector: "metadata.name=cs", resourceVersion: since, cancellationToken: limit.Token);
        await foreach (var (type, pod) in watching)
        {
            if (wanted(type, pod))
            {
                return;
            }
        }

        Assert.Fail("the watch ended");
    }

    private async Task ConverseAsync(string program, string script)
    {
        var ns = (await fixture.Cluster.NamespaceAsync()).Namespace;
        var ran = await Ran.RunAsync(program, [script, fixture.Cluster.Kubeconfig, ns]);
        Assert.True(ran.Code == 0, ran.Output + ran.Errors);
        Assert.Equal(Verbs, ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
