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
        await cluster.UpOrFailAsync("--simulated-nodes", "1", "--disable-agent");
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Definition);
        await ServedWithinASecondAsync(cluster, kubectl.Namespace);

        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Kubeconfig));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var controller = new WebsiteOperator(client, kubectl.Namespace);
        var running = controller.RunAsync(stop.Token);
        await kubectl.ApplyAsync(Website("home", "Welcome"));
        await kubectl.UntilFieldAsync("website/home", ".status.phase", "Published");
        Assert.Equal("<h1>Welcome</h1>", await kubectl.FieldAsync("configmap/home-page", ".data.index\\.html"));
        await kubectl.ApplyAsync(Website("home", "Hello"));
        await kubectl.UntilFieldAsync("configmap/home-page", ".data.index\\.html", "<h1>Hello</h1>");
        Assert.Contains("Published", await kubectl.RunAsync("get all"), StringComparison.Ordinal);
        Assert.Contains("choose another title", (await kubectl.TryWithAsync(Website("bad", "forbidden"), "apply -f -")).Errors, StringComparison.Ordinal);

        await kubectl.RunAsync("delete website home --timeout=30s");
        Assert.Equal(["home"], controller.CleanedUp);
        await Until.AsWantedAsync("the page is collected", async () => (await kubectl.TryAsync("get configmap home-page")).Code, code => code != 0);

        // An object is left behind, and the namespace takes it along; another goes with the definition.
        await kubectl.ApplyAsync(Website("last", "Bye"));
        await kubectl.RunAsync("delete crd websites.test.example.com --timeout=30s");
        await Until.AsWantedAsync("the path is gone", async () => (await kubectl.TryAsync($"get --raw /apis/test.example.com/v1/namespaces/{kubectl.Namespace}/websites")).Code, code => code != 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => running);
    }

    private static async Task ServedWithinASecondAsync(TestCluster cluster, string ns)
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
                Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1), "the objects are not served after a second");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
        }
    }

    private static string Website(string name, string title) => $$"""
        apiVersion: test.example.com/v1
        kind: Website
        metadata:
          name: {{name}}
        spec:
          title: {{title}}
        """;
}
