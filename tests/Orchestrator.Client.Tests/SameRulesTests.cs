using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.TestSilo;

namespace Orchestrator.Client.Tests;

/// <summary>Whatever a write meets through kubectl's door it meets through the client's: each case goes through both and the answers are compared.</summary>
public sealed class SameRulesTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, Action<V1Deployment>> Invalid => new()
    {
        { "a negative count", "spec.replicas", web => web.Spec.Replicas = -1 },
        { "no image", "spec.template.spec.containers[0].image", web => web.Spec.Template.Spec.Containers[0].Image = null },
        { "no container", "spec.template.spec.containers", web => web.Spec.Template.Spec.Containers = [] },
        { "a name with capitals", "metadata.name", web => web.Metadata.Name = "Web" },
        { "labels that the selector does not choose", "spec.template.metadata.labels", web => web.Spec.Selector.MatchLabels["app"] = "other" },
        { "two containers of one name", "spec.template.spec.containers[1].name", web => web.Spec.Template.Spec.Containers.Add(web.Spec.Template.Spec.Containers[0]) },
        { "a port out of range", "spec.template.spec.containers[0].ports[0].containerPort",
            web => web.Spec.Template.Spec.Containers[0].Ports = [new V1ContainerPort { ContainerPort = 70_000 }] },
        { "no room to roll", "spec.strategy.rollingUpdate.maxUnavailable", web => web.Spec.Strategy.RollingUpdate.MaxSurge = 0 },
    };

    [Theory, MemberData(nameof(Invalid))]
    public async Task What_is_invalid_is_refused_with_the_same_fields(string why, string field, Action<V1Deployment> spoil)
    {
        var web = Manifests.Deployment("default", "bad", 1, "web:1");
        spoil(web);
        var refused = await Assert.ThrowsAsync<InvalidObjectException>(() => cluster.Client.CreateAsync(web, Cancel));
        Assert.True(refused.Fields.Contains(field), $"{why}: {string.Join(", ", refused.Fields)}");
        await SameAsync(refused, HttpMethod.Post, Deployments, KubernetesJson.Serialize(web));
        Assert.Null(await cluster.Client.GetAsync<V1Deployment>("default", web.Metadata.Name, Cancel));
    }

    [Fact]
    public async Task The_same_defaults_are_filled_in()
    {
        var created = await cluster.Client.CreateAsync(Manifests.Deployment("default", "one", 1, "web:1"), Cancel);
        var other = await cluster.SendAsync(
            HttpMethod.Post, Deployments, Typed(Manifests.Deployment("default", "two", 1, "web:1")), "application/json", Cancel);
        Assert.Equal(600, created.Spec.ProgressDeadlineSeconds);
        Assert.Equal("Always", created.Spec.Template.Spec.RestartPolicy);
        Assert.Equal(
            other["spec"]!.ToJsonString().Replace("two", "one", StringComparison.Ordinal),
            JsonNode.Parse(KubernetesJson.Serialize(created))!["spec"]!.ToJsonString(), JsonComparer.Instance);
    }

    [Fact]
    public async Task Admission_refuses_in_the_same_words()
    {
        await cluster.Client.CreateAsync(Manifests.Namespace("full"), Cancel);
        await cluster.Client.CreateAsync(
            new V1LimitRange
            {
                Metadata = new V1ObjectMeta { Name = "small", NamespaceProperty = "full" },
                Spec = new V1LimitRangeSpec
                {
                    Limits = [new V1LimitRangeItem { Type = "Container", Max = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("100m") } }],
                },
            },
            Cancel);
        await cluster.Client.CreateAsync(new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = "mine", NamespaceProperty = "full" } }, Cancel);
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "large", NamespaceProperty = "full" },
            Spec = new V1PodSpec
            {
                ServiceAccountName = "mine",
                Containers =
                [
                    new V1Container
                    {
                        Name = "main", Image = "web:1",
                        Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("2") } },
                    },
                ],
            },
        };
        var refused = await Assert.ThrowsAsync<ForbiddenException>(() => cluster.Client.CreateAsync(pod, Cancel));
        Assert.Contains("maximum cpu usage per Container is 100m", refused.Message, StringComparison.Ordinal);
        await SameAsync(refused, HttpMethod.Post, "/api/v1/namespaces/full/pods", Typed(pod));
    }

    [Fact]
    public async Task A_namespace_that_is_not_there_is_named()
    {
        var web = Manifests.Deployment("nowhere", "web", 1, "web:1");
        var refused = await Assert.ThrowsAsync<NotFoundException>(() => cluster.Client.CreateAsync(web, Cancel));
        await SameAsync(refused, HttpMethod.Post, "/apis/apps/v1/namespaces/nowhere/deployments", Typed(web));
    }

    [Fact]
    public async Task A_stale_version_is_a_conflict()
    {
        await cluster.Client.CreateAsync(Map("stale", "a"), Cancel);
        var patch = """{"metadata":{"resourceVersion":"1"},"data":{"k":"b"}}""";
        var refused = await Assert.ThrowsAsync<ConflictException>(() => cluster.Client.PatchAsync<V1ConfigMap>(
            "default", "stale", new V1Patch(patch, V1Patch.PatchType.MergePatch), cancellationToken: Cancel));
        await SameAsync(refused, HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/stale", patch, "application/merge-patch+json");
    }

    [Fact]
    public async Task A_second_object_of_the_name_is_refused()
    {
        await cluster.Client.CreateAsync(Map("twice", "a"), Cancel);
        var refused = await Assert.ThrowsAsync<AlreadyExistsException>(() => cluster.Client.CreateAsync(Map("twice", "b"), Cancel));
        await SameAsync(refused, HttpMethod.Post, "/api/v1/namespaces/default/configmaps", Typed(Map("twice", "b")));
    }

    [Fact]
    public async Task A_field_that_does_not_exist_is_named()
    {
        await cluster.Client.CreateAsync(Map("strict", "a"), Cancel);
        const string patch = """{"datta":{"k":"b"}}""";
        var refused = await Assert.ThrowsAnyAsync<OrchestratorException>(() => cluster.Client.PatchAsync<V1ConfigMap>(
            "default", "strict", new V1Patch(patch, V1Patch.PatchType.MergePatch), cancellationToken: Cancel));
        Assert.Contains("unknown field \"datta\"", refused.Message, StringComparison.Ordinal);
        await SameAsync(
            refused, HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/strict?fieldValidation=Strict", patch, "application/merge-patch+json");
    }

    [Fact]
    public async Task Another_managers_field_is_a_conflict_that_names_it()
    {
        await cluster.SendAsync(
            HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/owned?fieldManager=other",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"owned"},"data":{"k":"theirs"}}""", "application/apply-patch+yaml", Cancel);
        var refused = await Assert.ThrowsAsync<ConflictException>(() => cluster.Client.ApplyAsync(Map("owned", "ours"), cancellationToken: Cancel));
        Assert.Equal([".data.k"], refused.Fields);
        Assert.Equal("ours", (await cluster.Client.ApplyAsync(Map("owned", "ours"), force: true, Cancel)).Data["k"]);
    }

    private static V1ConfigMap Map(string name, string value) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Data = new Dictionary<string, string> { ["k"] = value },
    };

    private static string Typed<T>(T obj)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        (obj.ApiVersion, obj.Kind) = (ModelKind<T>.Kind.ApiVersion, ModelKind<T>.Kind.Kind);
        return KubernetesJson.Serialize(obj);
    }

    private async Task SameAsync(OrchestratorException refused, HttpMethod method, string path, string body, string mediaType = "application/json")
    {
        var status = await cluster.SendAsync(method, path, body, mediaType, Cancel);
        Assert.Equal("Failure", (string?)status["status"]);
        Assert.Equal(status.ToJsonString(), refused.Status.ToJson().ToJsonString(), JsonComparer.Instance);
    }

    /// <summary>Compares documents whatever the order of their fields.</summary>
    private sealed class JsonComparer : IEqualityComparer<string>
    {
        public static JsonComparer Instance { get; } = new();

        public bool Equals(string? x, string? y) => JsonNode.DeepEquals(JsonNode.Parse(x!), JsonNode.Parse(y!));

        public int GetHashCode(string obj) => 0;
    }
}
