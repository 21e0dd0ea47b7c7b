using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Point 4: Services and names.</summary>
public sealed class NetworkTests(ClusterFixture fixture)
{
    private static readonly SocketsHttpHandler FreshConnections = new() { PooledConnectionLifetime = TimeSpan.Zero, ConnectTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task A_service_reaches_its_pods_from_the_host_and_from_pods_and_has_a_name()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.RunAsync($"apply -f {SourceTree.At("examples", "web.yaml")}");
        await kubectl.ApplyAsync(Pods.Busybox("client", "exec sleep 3600"));
        await kubectl.UntilRolledOutAsync("deployment/web");
        await kubectl.UntilReadyAsync("pod/client");
        var address = await kubectl.FieldAsync("service web", ".spec.clusterIP");
        Assert.StartsWith("10.197.", address, StringComparison.Ordinal);
        Assert.Equal(3, (await kubectl.FieldAsync("endpointslices -l kubernetes.io/service-name=web", ".items[*].endpoints[*].addresses[0]")).Split(' ').Length);

        var pods = (await kubectl.FieldAsync("pods -l app=web", ".items[*].metadata.name")).Split(' ').ToHashSet();
        using var host = new HttpClient(FreshConnections, disposeHandler: false);
        await SeesAllAsync(pods, () => host.GetStringAsync(new Uri($"http://{address}/cgi-bin/hostname"), TestContext.Current.CancellationToken));
        await SeesAllAsync(pods, () => kubectl.RunAsync("exec client --", "wget", "-q", "-O", "-", $"http://{address}/cgi-bin/hostname"));
        foreach (var name in (string[])["web", $"web.{kubectl.Namespace}", $"web.{kubectl.Namespace}.svc.cluster.local"])
        {
            Assert.Contains((await kubectl.RunAsync("exec client --", "wget", "-q", "-O", "-", $"http://{name}/cgi-bin/hostname")).Trim(), pods);
        }

        Assert.Contains(address, await kubectl.RunAsync("exec client --", "nslookup", $"web.{kubectl.Namespace}.svc.cluster.local"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_is_not_ready_is_taken_out_of_its_service_and_put_back()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: gate, labels: {app: gate}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: orchestrator.local/web:1
                readinessProbe: {exec: {command: [test, -e, /www/index.html]}, periodSeconds: 1, failureThreshold: 1}
            """);
        await kubectl.RunAsync("expose pod gate --port=80 --target-port=8080");
        await kubectl.UntilReadyAsync("pod/gate");
        const string Ready = ".items[*].endpoints[*].conditions.ready";
        await kubectl.UntilFieldAsync("endpointslices -l kubernetes.io/service-name=gate", Ready, "true");
        await kubectl.RunAsync("exec gate --", "mv", "/www/index.html", "/www/gone");
        await kubectl.UntilFieldAsync("endpointslices -l kubernetes.io/service-name=gate", Ready, "false");
        await kubectl.RunAsync("exec gate --", "mv", "/www/gone", "/www/index.html");
        await kubectl.UntilFieldAsync("endpointslices -l kubernetes.io/service-name=gate", Ready, "true");
        using var host = new HttpClient(FreshConnections, disposeHandler: false);
        var address = await kubectl.FieldAsync("service gate", ".spec.clusterIP");
        await Until.AsWantedAsync("the service answers again", async () => await TryGetAsync(host, address), answer => answer == "gate\n", 20);
    }

    [Fact]
    public async Task The_api_answers_in_a_pod_by_its_name_and_token()
    {
        var kubectl = await fixture.Cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Pods.Busybox("asker", "exec sleep 3600"));
        await kubectl.UntilReadyAsync("pod/asker");
        const string Account = "/var/run/secrets/kubernetes.io/serviceaccount";
        Assert.Equal(kubectl.Namespace, await kubectl.RunAsync("exec asker --", "cat", Account + "/namespace"));
        Assert.Contains("BEGIN CERTIFICATE", await kubectl.RunAsync("exec asker --", "cat", Account + "/ca.crt"), StringComparison.Ordinal);

        // busybox speaks no TLS that the server accepts: from the pod the connection is tried, from here the token.
        await kubectl.RunAsync("exec asker --", "sh", "-c", "echo | nc -w 3 kubernetes.default.svc 443");
        var token = await kubectl.RunAsync("exec asker --", "cat", Account + "/token");
        using var trusting = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var client = new HttpClient(trusting);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await client.GetAsync(new Uri($"https://127.0.0.1:{fixture.Cluster.Port}/api/v1/namespaces/{kubectl.Namespace}/pods"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains($"system:serviceaccount:{kubectl.Namespace}:default", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<string> TryGetAsync(HttpClient client, string address)
    {
        try
        {
            return await client.GetStringAsync(new Uri($"http://{address}/cgi-bin/hostname"), TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    private static async Task SeesAllAsync(HashSet<string> pods, Func<Task<string>> ask)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 60 && seen.Count < pods.Count; i++)
        {
            seen.Add((await ask()).Trim());
        }

        Assert.Equal(pods.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }
}
