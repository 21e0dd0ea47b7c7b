using System.Diagnostics;
using k8s;
using Orchestrator.EndToEnd.Tests.Harness;
using Orchestrator.EndToEnd.Tests.Operators;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Custom resources in a cluster without containers: definitions, their objects, and an operator that lives on both.</summary>
public sealed class CustomResourceTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: websites.test.example.com
        spec:
          group: test.example.com
          scope: Namespaced
          names: {plural: websites, singular: website, kind: Website, shortNames: [ws], categories: [all]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            additionalPrinterColumns:
            - {name: Title, type: string, jsonPath: .spec.title}
            - {name: Phase, type: string, jsonPath: .status.phase}
            schema:
              openAPIV3Schema:
                type: object
                required: [spec]
                properties:
                  spec:
                    type: object
                    required: [title]
                    properties:
                      title: {type: string, maxLength: 40}
                    x-kubernetes-validations:
                    - {rule: "self.title != 'forbidden'", message: choose another title}
                  status:
                    type: object
                    properties:
                      phase: {type: string}
                      observedGeneration: {type: integer}
        """;

    [Fact]
    public async Task Objects_are_served_within_a_second_and_go_with_their_definition_and_an_operator_runs_unchanged()
    {
        await using var cluster = new TestCluster();

        // Little of the past is kept, so that an operator that was away finds its place gone.
        await cluster.UpOrFailAsync("--disable-agent", "--disable-scheduler", "--log-retention", "00:00:01", "--log-partition", "100");
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Definition);
        await ServedSoonAsync(cluster, kubectl.Namespace);

        await using var wire = new CuttableWire(cluster.Port);
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Kubeconfig);
        configuration.Host = $"https://127.0.0.1:{wire.Port}";
        using var client = new Kubernetes(configuration);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var controller = new WebsiteOperator(client, kubectl.Namespace, resync: TimeSpan.FromSeconds(2));
        var running = controller.RunAsync(stop.Token);
        await PublishesAsync(kubectl, controller);
        await ComesBackToItsPlaceAsync(kubectl, controller, wire);
        await ListsAgainWhenItsPlaceIsGoneAsync(kubectl, controller, wire);
        await LooksAgainAtIntervalsAsync(kubectl);

        await kubectl.RunAsync("delete website home --timeout=30s");
        Assert.Equal(["home"], controller.CleanedUp);
        await Until.AsWantedAsync("the page is collected", async () => (await kubectl.TryAsync("get configmap home-page")).Code, code => code != 0);

        // An object is left behind, and goes with the definition.
        await kubectl.ApplyAsync(Website("last", "Bye"));
        await kubectl.UntilFieldAsync("website/last", ".status.phase", "Published");
        await kubectl.RunAsync("delete crd websites.test.example.com --timeout=30s");
        Assert.Equal(["home", "last"], controller.CleanedUp);
        await Until.AsWantedAsync("the path is gone", async () => (await kubectl.TryAsync($"get --raw /apis/test.example.com/v1/namespaces/{kubectl.Namespace}/websites")).Code, code => code != 0);
        Assert.False(running.IsCompleted, $"the operator ended: {running.Exception}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task PublishesAsync(Kubectl kubectl, WebsiteOperator controller)
    {
        await kubectl.ApplyAsync(Website("home", "Welcome"));
        await kubectl.UntilFieldAsync("website/home", ".status.phase", "Published");
        Assert.Equal("<h1>Welcome</h1>", await kubectl.FieldAsync("configmap/home-page", ".data.index\\.html"));
        await kubectl.ApplyAsync(Website("home", "Hello"));
        await kubectl.UntilFieldAsync("configmap/home-page", ".data.index\\.html", "<h1>Hello</h1>");
        Assert.Contains("Published", await kubectl.RunAsync("get all"), StringComparison.Ordinal);
        Assert.Contains("choose another title", (await kubectl.TryWithAsync(Website("bad", "forbidden"), "apply -f -")).Errors, StringComparison.Ordinal);
        Assert.Equal((1, 0), (controller.Websites.Lists, controller.Websites.Expirations));
    }

    /// <summary>A connection that breaks: the watch goes on where it was, and misses nothing.</summary>
    private static async Task ComesBackToItsPlaceAsync(Kubectl kubectl, WebsiteOperator controller, CuttableWire wire)
    {
        wire.Cut();
        await kubectl.ApplyAsync(Website("home", "Missed you"));
        wire.Mend();
        await kubectl.UntilFieldAsync("configmap/home-page", ".data.index\\.html", "<h1>Missed you</h1>");
        Assert.Equal((1, 0), (controller.Websites.Lists, controller.Websites.Expirations));
        Assert.NotEqual(0, controller.Websites.Resumptions);
    }

    /// <summary>Away for longer than the past is kept: the watch is answered 410, and the informer lists anew; what went meanwhile is gone for it too.</summary>
    private static async Task ListsAgainWhenItsPlaceIsGoneAsync(Kubectl kubectl, WebsiteOperator controller, CuttableWire wire)
    {
        await kubectl.ApplyAsync(Website("brief", "Gone soon"));
        await kubectl.UntilFieldAsync("website/brief", ".status.phase", "Published");
        wire.Cut();
        var place = await kubectl.FieldAsync("website/home", ".metadata.resourceVersion");
        await kubectl.RunAsync("patch website brief --type=merge -p", """{"metadata":{"finalizers":null}}""");
        await kubectl.RunAsync("delete website brief --timeout=20s");
        await kubectl.ApplyAsync(Website("home", "Long time"));
        await Until.AsWantedAsync(
            "the place is gone",
            async () =>
            {
                await kubectl.ApplyAsync(string.Join("\n---\n", Enumerable.Range(0, 60).Select(i => Filler(i))));
                var watched = await kubectl.TryAsync($"get --raw /apis/test.example.com/v1/namespaces/{kubectl.Namespace}/websites?watch=1&timeoutSeconds=1&resourceVersion={place}");
                return watched.Output + watched.Errors;
            },
            answer => answer.Contains("too old resource version", StringComparison.Ordinal));
        wire.Mend();
        await kubectl.UntilFieldAsync("configmap/home-page", ".data.index\\.html", "<h1>Long time</h1>");
        Assert.Equal((2, 1), (controller.Websites.Lists, controller.Websites.Expirations));
        Assert.Null(controller.Websites.Get("brief"));
    }

    /// <summary>A page that somebody takes away comes back although no Website changed.</summary>
    private static async Task LooksAgainAtIntervalsAsync(Kubectl kubectl)
    {
        await kubectl.RunAsync("delete configmap home-page");
        await kubectl.UntilFieldAsync("configmap/home-page", ".data.index\\.html", "<h1>Long time</h1>", 20);
    }

    /// <summary>With a machine to itself it is far below a second; a busy one gets its time.</summary>
    private static readonly TimeSpan ServedAfter = TimeSpan.FromSeconds(10);

    private static async Task ServedSoonAsync(TestCluster cluster, string ns)
    {
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Kubeconfig));
        using var websites = new GenericClient(client, WebsiteOperator.Group, "v1", "websites", disposeClient: false);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Assert.Empty((await websites.ListNamespacedAsync<WebsiteList>(ns, cancel: TestContext.Current.CancellationToken)).Items);
                return;
            }
            catch (k8s.Autorest.HttpOperationException missing) when (missing.Response.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < ServedAfter, $"the objects are not served after {ServedAfter}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
        }
    }

    private static string Filler(int number) => $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: filler-{{number}}}
        data: {written: "{{DateTime.UtcNow.Ticks}}"}
        """;

    private static string Website(string name, string title) => $$"""
        apiVersion: test.example.com/v1
        kind: Website
        metadata:
          name: {{name}}
        spec:
          title: {{title}}
        """;
}
