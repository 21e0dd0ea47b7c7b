using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.TestSilo;

namespace Orchestrator.Client.Tests;

public sealed class OrchestratorClientTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private OrchestratorClient Client => cluster.Client;

    [Fact]
    public async Task A_change_writes_what_was_changed_and_is_made_again_after_a_conflict()
    {
        await Client.CreateAsync(Map("counter", ("count", "0")), Cancel);
        async Task CountAsync()
        {
            for (var i = 0; i < 5; i++)
            {
                await Client.ChangeAsync<V1ConfigMap>(
                    "default", "counter",
                    map => map.Data["count"] = (int.Parse(map.Data["count"], CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture), Cancel);
            }
        }

        await Task.WhenAll(CountAsync(), CountAsync());
        Assert.Equal("10", (await Client.GetAsync<V1ConfigMap>("default", "counter", Cancel))!.Data["count"]);
    }

    [Fact]
    public async Task A_change_of_nothing_writes_nothing()
    {
        var created = await Client.CreateAsync(Map("still"), Cancel);
        Assert.Equal(created.Metadata.ResourceVersion, (await Client.ChangeAsync<V1ConfigMap>("default", "still", _ => { }, Cancel)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_change_of_what_is_not_there_says_so() =>
        await Assert.ThrowsAsync<NotFoundException>(() => Client.ChangeAsync<V1ConfigMap>("default", "absent", map => map.Data = null, Cancel));

    [Fact]
    public async Task A_generated_name_is_filled_in()
    {
        var map = Map("");
        map.Metadata.Name = null;
        map.Metadata.GenerateName = "made-";
        Assert.Matches("^made-[a-z0-9]{5}$", (await Client.CreateAsync(map, Cancel)).Metadata.Name);
    }

    [Fact]
    public async Task A_list_has_every_page_and_a_selection_its_part()
    {
        await Client.CreateAsync(Manifests.Namespace("many"), Cancel);
        for (var i = 0; i < 12; i++)
        {
            var map = Map($"m{i:00}");
            map.Metadata.NamespaceProperty = "many";
            map.Metadata.Labels = new Dictionary<string, string> { ["half"] = i % 2 == 0 ? "even" : "odd" };
            await Client.CreateAsync(map, Cancel);
        }

        var even = await Client.ListAsync<V1ConfigMap>("many", new Selection { Labels = "half=even" }, Cancel);
        Assert.Equal(["m00", "m02", "m04", "m06", "m08", "m10"], even.Items.Select(item => item.Metadata.Name));
        Assert.Equal("m03", Assert.Single((await Client.ListAsync<V1ConfigMap>("many", new Selection { Fields = "metadata.name=m03" }, Cancel)).Items).Metadata.Name);
    }

    [Fact]
    public async Task A_watch_goes_on_from_a_revision_and_sees_a_selection_as_its_own_world()
    {
        var begin = (await Client.ListAsync<V1ConfigMap>("default", Cancel)).Revision;
        await Client.CreateAsync(Map("seen"), Cancel);
        await Client.ChangeAsync<V1ConfigMap>("default", "seen", map => map.Metadata.Labels = new Dictionary<string, string> { ["in"] = "yes" }, Cancel);
        await Client.ChangeAsync<V1ConfigMap>("default", "seen", map => map.Data = new Dictionary<string, string> { ["k"] = "v" }, Cancel);
        await Client.ChangeAsync<V1ConfigMap>("default", "seen", map => map.Metadata.Labels = null, Cancel);

        var seen = await TakeAsync(Client.WatchAsync<V1ConfigMap>("default", begin, new Selection { Labels = "in" }, Cancel), 3);
        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted], seen.Select(change => change.Type));
        var rest = await TakeAsync(Client.WatchAsync<V1ConfigMap>("default", seen[0].Revision, new Selection { Labels = "in" }, Cancel), 2);
        Assert.Equal(seen.Skip(1).Select(change => change.Revision), rest.Select(change => change.Revision));
    }

    [Fact]
    public async Task A_deployment_scales_rolls_back_and_is_deleted()
    {
        await Client.CreateAsync(Manifests.Deployment("default", "web", 1, "web:1"), Cancel);
        await RevisionAsync("1");
        Assert.Equal(3, (await Client.ScaleAsync<V1Deployment>("default", "web", 3, Cancel)).Spec.Replicas);
        await Client.ChangeAsync<V1Deployment>(
            "default", "web", web =>
            {
                web.Spec.Template.Spec.Containers[0].Image = "web:2";
                web.Metadata.Annotations["kubernetes.io/change-cause"] = "second";
            },
            Cancel);
        await RevisionAsync("2");

        var back = await Client.RollbackAsync("default", "web", cancellationToken: Cancel);
        Assert.Equal("web:1", back.Spec.Template.Spec.Containers[0].Image);
        Assert.False(back.Spec.Template.Metadata.Labels.ContainsKey("pod-template-hash"));
        Assert.False(back.Metadata.Annotations.ContainsKey("kubernetes.io/change-cause"));
        Assert.Equal(3, back.Spec.Replicas);
        await RevisionAsync("3");
        Assert.Equal("web:2", (await Client.RollbackAsync("default", "web", 2, Cancel)).Spec.Template.Spec.Containers[0].Image);

        var unknown = await Assert.ThrowsAsync<NotFoundException>(() => Client.RollbackAsync("default", "web", 99, Cancel));
        Assert.Equal("toRevision", Assert.Single(unknown.Status.Causes).Field);
        await Client.ChangeAsync<V1Deployment>("default", "web", web => web.Spec.Paused = true, Cancel);
        Assert.Equal(["spec.paused"], (await Assert.ThrowsAsync<InvalidObjectException>(() => Client.RollbackAsync("default", "web", 2, Cancel))).Fields);
        await Assert.ThrowsAsync<NotFoundException>(() => Client.RollbackAsync("default", "absent", 2, Cancel));

        await Client.DeleteAsync<V1Deployment>("default", "web", Cancel);
        Assert.Null(await Client.GetAsync<V1Deployment>("default", "web", Cancel));
        var left = await Client.ListAsync<V1ReplicaSet>("default", new Selection { Labels = "app=web" }, Cancel);
        var gone = await TakeAsync(
            WhereGone(Client.WatchAsync<V1ReplicaSet>("default", left.Revision, new Selection { Labels = "app=web" }, Cancel), Cancel), left.Items.Count);
        Assert.Equal(left.Items.Count, gone.Count);
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", "[]")]
    [InlineData("""{"a":1}""", """{"a":2}""", """[{"op":"replace","path":"/a","value":2}]""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", """[{"op":"remove","path":"/b"}]""")]
    [InlineData("""{}""", """{"a/b~c":1}""", """[{"op":"add","path":"/a~1b~0c","value":1}]""")]
    [InlineData("""{"l":[{"n":1,"i":"x"}]}""", """{"l":[{"n":1,"i":"y"}]}""", """[{"op":"replace","path":"/l/0/i","value":"y"}]""")]
    [InlineData("""{"l":[1]}""", """{"l":[1,2]}""", """[{"op":"replace","path":"/l","value":[1,2]}]""")]
    [InlineData("""{"o":{"p":1}}""", """{"o":{"p":1,"q":{"r":2}}}""", """[{"op":"add","path":"/o/q","value":{"r":2}}]""")]
    public void A_patch_holds_only_what_was_changed(string before, string after, string patch) =>
        Assert.Equal(patch, ModelPatch.Between(JsonNode.Parse(before)!, JsonNode.Parse(after)!).ToJsonString());

    private static V1ConfigMap Map(string name, params (string Key, string Value)[] values) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Data = values.ToDictionary(pair => pair.Key, pair => pair.Value),
    };

    private static async IAsyncEnumerable<Change<T>> WhereGone<T>(
        IAsyncEnumerable<Change<T>> changes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var change in changes.WithCancellation(cancellationToken))
        {
            if (change.Type == WatchEventType.Deleted)
            {
                yield return change;
            }
        }
    }

    private static async Task<List<Change<T>>> TakeAsync<T>(IAsyncEnumerable<Change<T>> changes, int count)
    {
        if (count == 0)
        {
            return [];
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        var taken = new List<Change<T>>();
        await foreach (var change in changes.WithCancellation(limit.Token))
        {
            taken.Add(change);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>Waits until the controller has given the Deployment's template a revision.</summary>
    private async Task RevisionAsync(string revision)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        await foreach (var change in Client.FollowAsync<V1Deployment>("default", new Selection { Fields = "metadata.name=web" }, limit.Token))
        {
            if (change.Object.Metadata.Annotations?.TryGetValue("deployment.kubernetes.io/revision", out var reached) == true && reached == revision)
            {
                return;
            }
        }
    }
}
