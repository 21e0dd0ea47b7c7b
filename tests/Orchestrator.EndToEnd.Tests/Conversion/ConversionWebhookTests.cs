using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests.Conversion;

/// <summary>Custom resources whose versions a webhook converts: read, written, listed and watched in each of them, and what a bad webhook does.</summary>
public sealed class ConversionWebhookTests(ControlPlane plane) : IAsyncLifetime
{
    private readonly string group = $"c{Guid.NewGuid():n}"[..9] + ".example.com";
    private readonly ConversionServer server = new();
    private Kubernetes client = null!;
    private Kubectl kubectl = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        kubectl = await (await plane.ClusterAsync()).NamespaceAsync();
        client = await plane.ClientAsync();
        await DefineAsync(group, server.Url, server.CaBundle);
    }

    public ValueTask DisposeAsync()
    {
        client?.Dispose();
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_object_is_read_and_written_in_every_version()
    {
        var created = await CreateAsync("v2", "a", "example.org", 80);
        AssertIs("v2", "example.org", 80, created);
        var uid = (string)created["metadata"]!["uid"]!;
        foreach (var version in (string[])["v1", "v2", "v3", "v1"])
        {
            var read = await GetAsync(version, "a");
            AssertIs(version, "example.org", 80, read);
            Assert.Equal(uid, (string?)read["metadata"]!["uid"]);
        }

        var replaced = await GetAsync("v3", "a");
        replaced["spec"]!["address"]!["port"] = 81;
        AssertIs("v3", "example.org", 81, Node(await client.CustomObjects.ReplaceNamespacedCustomObjectAsync(replaced, group, "v3", kubectl.Namespace, "gadgets", "a", cancellationToken: Token)));
        AssertIs("v1", "example.org", 81, await GetAsync("v1", "a"));

        var patched = Node(await client.CustomObjects.PatchNamespacedCustomObjectAsync(
            new k8s.Models.V1Patch("""{"spec":{"host":"example.net"}}""", k8s.Models.V1Patch.PatchType.MergePatch), group, "v2", kubectl.Namespace, "gadgets", "a", cancellationToken: Token));
        AssertIs("v2", "example.net", 81, patched);
        AssertIs("v1", "example.net", 81, await GetAsync("v1", "a"));
        Assert.Equal(3, (int)patched["metadata"]!["generation"]!);

        await CreateAsync("v1", "b", "example.com", 443);
        foreach (var version in (string[])["v1", "v2", "v3"])
        {
            var list = Node(await client.CustomObjects.ListNamespacedCustomObjectAsync(group, version, kubectl.Namespace, "gadgets", cancellationToken: Token));
            Assert.Equal($"{group}/{version}", (string?)list["apiVersion"]);
            Assert.Equal(2, list["items"]!.AsArray().Count);
            AssertIs(version, "example.net", 81, list["items"]![0]!);
            AssertIs(version, "example.com", 443, list["items"]![1]!);
        }

        // kubectl apply goes through managed fields, prints a table, and deletes.
        await kubectl.ApplyAsync(Gadgets.Make(group, "v2", "applied", "one.example.org", 1).ToJsonString());
        await kubectl.ApplyAsync(Gadgets.Make(group, "v2", "applied", "one.example.org", 2).ToJsonString());
        Assert.Equal("one.example.org:2", await kubectl.FieldAsync($"gadgets.v1.{group}/applied", ".spec.hostPort"));
        await kubectl.RunAsync($"apply --server-side --force-conflicts -f {await FileAsync(Gadgets.Make(group, "v3", "applied", "one.example.org", 3))}");
        Assert.Equal("one.example.org:3", await kubectl.FieldAsync($"gadgets.v1.{group}/applied", ".spec.hostPort"));
        Assert.Contains("applied", await kubectl.RunAsync($"get gadgets.v3.{group}"), StringComparison.Ordinal);
        await kubectl.RunAsync($"delete gadgets.v2.{group} applied --timeout=20s");
    }

    [Fact]
    public async Task Watches_of_every_version_tell_of_the_same_changes_at_once()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await CreateAsync("v1", "before", "example.org", 1);
        var watching = ((string[])["v1", "v2", "v3"]).Select(version => WatchAsync(version, 5, limit.Token)).ToList();
        foreach (var each in watching)
        {
            await each.Started;
        }

        await CreateAsync("v3", "w", "example.org", 80);
        await PatchAsync("v2", "w", """{"spec":{"port":81}}""");

        // It leaves what is watched, comes back, and goes.
        await PatchAsync("v1", "w", """{"metadata":{"labels":{"color":"blue"}},"spec":{"hostPort":"example.org:82"}}""");
        await PatchAsync("v1", "w", """{"metadata":{"labels":{"color":"red"}}}""");
        foreach (var (version, (_, seen)) in ((string[])["v1", "v2", "v3"]).Zip(watching))
        {
            var events = await seen;
            Assert.Equal(
                [WatchEventType.Added, WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted, WatchEventType.Added],
                events.Select(change => change.Type));
            Assert.Equal([1, 80, 81, 81, 82], events.Select(change => Port(version, change.Object)));
        }
    }

    [Fact]
    public async Task A_page_is_converted_in_one_call_and_only_once()
    {
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync("v1", $"g{i}", "example.org", 80 + i);
        }

        server.Requests.Clear();
        for (var round = 0; round < 2; round++)
        {
            await client.CustomObjects.ListNamespacedCustomObjectAsync(group, "v2", kubectl.Namespace, "gadgets", cancellationToken: Token);
        }

        Assert.Equal([(5, $"{group}/v2")], server.Requests);
    }

    [Fact]
    public async Task Labels_are_the_webhooks_and_the_rest_of_metadata_is_not()
    {
        server.Spoil = review =>
        {
            var metadata = review["response"]!["convertedObjects"]![0]!["metadata"]!;
            metadata["labels"] = new JsonObject { ["by"] = "webhook" };
            metadata["finalizers"] = new JsonArray("example.com/never");
            metadata["creationTimestamp"] = "1999-01-01T00:00:00Z";
            return (200, review.ToJsonString());
        };
        await CreateAsync("v1", "l", "example.org", 80);
        var read = await GetAsync("v2", "l");
        Assert.Equal("""{"by":"webhook"}""", read["metadata"]!["labels"]!.ToJsonString());
        Assert.Null(read["metadata"]!["finalizers"]);
        Assert.NotEqual("1999-01-01T00:00:00Z", (string?)read["metadata"]!["creationTimestamp"]);
    }

    [Fact]
    public async Task What_a_bad_webhook_answers_is_an_error_with_upstreams_message_and_touches_nothing()
    {
        var subject = $"conversion webhook for {group}/v1, Kind=Gadget";
        foreach (var (name, (spoil, message)) in BadAnswers(group))
        {
            server.Spoil = null;
            await CreateAsync("v1", name, "example.org", 80);
            server.Spoil = review => spoil(review);
            var failure = await FailureAsync(() => GetAsync("v2", name));
            Assert.Equal((500, $"{subject} {message}"), ((int)failure["code"]!, (string?)failure["message"]));
            AssertIs("v1", "example.org", 80, await GetAsync("v1", name));
        }

        server.Spoil = review => (200, new JsonObject { ["apiVersion"] = "apiextensions.k8s.io/v1", ["kind"] = "ConversionReview" }.ToJsonString());
        var refused = await FailureAsync(() => CreateAsync("v2", "new", "example.org", 80));
        Assert.Equal($"conversion webhook for {group}/v2, Kind=Gadget failed: no response provided", (string?)refused["message"]);
        server.Spoil = null;
        Assert.Equal(404, (int)(await FailureAsync(() => GetAsync("v1", "new")))["code"]!);
    }

    [Fact]
    public async Task A_webhook_that_is_not_trusted_not_there_or_too_slow_fails_the_request_in_time()
    {
        using var other = new ConversionServer();
        var untrusted = "u" + group;
        await DefineAsync(untrusted, server.Url, other.CaBundle);
        var failure = await FailureAsync(() => CreateAsync("v2", "x", "example.org", 80, untrusted));
        Assert.Equal(
            $"conversion webhook for {untrusted}/v2, Kind=Gadget failed: Post \"{server.Url}?timeout=30s\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            (string?)failure["message"]);

        var absent = "n" + group;
        await DefineAsync(absent, $"https://127.0.0.1:{TestCluster.FreePort()}/convert", other.CaBundle);
        failure = await FailureAsync(() => CreateAsync("v2", "x", "example.org", 80, absent));
        Assert.EndsWith("connect: connection refused", (string?)failure["message"], StringComparison.Ordinal);

        await CreateAsync("v1", "slow", "example.org", 80);
        server.Spoil = _ => null;
        var reading = FailureAsync(() => GetAsync("v2", "slow"));
        var writing = FailureAsync(() => CreateAsync("v2", "slower", "example.org", 80));
        foreach (var late in (JsonNode[])[await reading, await writing])
        {
            Assert.Equal(500, (int)late["code"]!);
            Assert.EndsWith($"Post \"{server.Url}?timeout=30s\": context deadline exceeded", (string?)late["message"], StringComparison.Ordinal);
        }
    }

    /// <summary>What may be wrong with an answer, and what is said of it.</summary>
    private static Dictionary<string, (Func<JsonObject, (int, string)> Spoil, string Message)> BadAnswers(string group)
    {
        return new()
        {
            ["message"] = (With(review => review["response"]!["result"] = new JsonObject { ["status"] = "Failed", ["message"] = "no idea how" }), "failed: no idea how"),
            ["status"] = (With(review => review["response"]!["result"] = new JsonObject { ["status"] = "Meh" }), "failed: response.result.status was 'Meh', not 'Success'"),
            ["none"] = (With(review => review["response"]!["convertedObjects"] = new JsonArray()), "returned 0 objects, expected 1"),
            ["two"] = (With(review => review["response"]!["convertedObjects"]!.AsArray().Add(Converted(review).DeepClone())), "returned 2 objects, expected 1"),
            ["review-kind"] = (With(review => review["kind"] = "AdmissionReview"), "failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1, Kind=AdmissionReview"),
            ["version"] = (With(review => Converted(review)["apiVersion"] = group + "/v9"), $"returned invalid object at index 0: invalid groupVersion (expected {group}/v2, received {group}/v9)"),
            ["kind"] = (With(review => Converted(review)["kind"] = "Widget"), "returned invalid object at index 0: invalid kind (expected Gadget, received Widget)"),
            ["name"] = (With(review => Converted(review)["metadata"]!["name"] = "other"), "returned invalid object: must have the same name: name != other"),
            ["metadata"] = (With(review => Converted(review)["metadata"]!["labels"] = new JsonObject { ["color"] = 1 }), "returned invalid metadata: metadata.labels[color] must be a string, but is int64 in converted object"),
            ["labels"] = (With(review => Converted(review)["metadata"]!["labels"] = new JsonArray()), "returned invalid metadata: invalid metadata.labels of type []interface {} in converted object"),
            ["refused"] = (_ => (500, "boom"), "failed: an error on the server (\"boom\") has prevented the request from succeeding"),
            ["missing"] = (_ => (404, ""), "failed: the server could not find the requested resource"),
        };

        static JsonObject Converted(JsonObject review) => review["response"]!["convertedObjects"]![0]!.AsObject();

        static Func<JsonObject, (int, string)> With(Action<JsonObject> change) => review =>
        {
            change(review);
            return (200, review.ToJsonString());
        };
    }

    private async Task DefineAsync(string name, string url, string caBundle)
    {
        await kubectl.ApplyAsync(Gadgets.Definition(name, url, caBundle));
        await kubectl.UntilFieldAsync($"crd/gadgets.{name}", ".status.conditions[?(@.type==\"Established\")].status", "True", 20);
    }

    private async Task<JsonNode> CreateAsync(string version, string name, string host, int port, string? of = null) =>
        Node(await client.CustomObjects.CreateNamespacedCustomObjectAsync(Gadgets.Make(of ?? group, version, name, host, port), of ?? group, version, kubectl.Namespace, "gadgets", cancellationToken: Token));

    private async Task<JsonNode> GetAsync(string version, string name) =>
        Node(await client.CustomObjects.GetNamespacedCustomObjectAsync(group, version, kubectl.Namespace, "gadgets", name, Token));

    private Task<object> PatchAsync(string version, string name, string patch) => client.CustomObjects.PatchNamespacedCustomObjectAsync(
        new k8s.Models.V1Patch(patch, k8s.Models.V1Patch.PatchType.MergePatch), group, version, kubectl.Namespace, "gadgets", name, cancellationToken: Token);

    /// <summary>Watches the red ones from the beginning until so many events have come; started when the first has.</summary>
    private (Task Started, Task<List<(WatchEventType Type, JsonNode Object)>> Seen) WatchAsync(string version, int count, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource();
        return (started.Task, ReadAsync());

        async Task<List<(WatchEventType, JsonNode)>> ReadAsync()
        {
            var seen = new List<(WatchEventType, JsonNode)>();
            try
            {
                await foreach (var (type, obj) in client.CustomObjects.WatchListNamespacedCustomObjectAsync(
                    group, version, kubectl.Namespace, "gadgets", labelSelector: "color=red", cancellationToken: cancellationToken))
                {
                    seen.Add((type, Node(obj)));
                    started.TrySetResult();
                    if (seen.Count == count)
                    {
                        break;
                    }
                }
            }
            catch (Exception failure)
            {
                started.TrySetException(failure);
                throw;
            }

            return seen;
        }
    }

    private static int Port(string version, JsonNode obj) => version switch
    {
        "v1" => int.Parse(((string)obj["spec"]!["hostPort"]!).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture),
        "v2" => (int)obj["spec"]!["port"]!,
        _ => (int)obj["spec"]!["address"]!["port"]!,
    };

    private void AssertIs(string version, string host, int port, JsonNode obj)
    {
        Assert.Equal($"{group}/{version}", (string?)obj["apiVersion"]);
        Assert.Equal(Gadgets.Spec(version, host, port).ToJsonString(), obj["spec"]!.ToJsonString());
    }

    private static async Task<JsonNode> FailureAsync(Func<Task<JsonNode>> request)
    {
        var failure = await Assert.ThrowsAsync<HttpOperationException>(request);
        Assert.NotEqual(HttpStatusCode.OK, failure.Response.StatusCode);
        return JsonNode.Parse(failure.Response.Content)!;
    }

    private static async Task<string> FileAsync(JsonObject obj)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, obj.ToJsonString(), Token);
        return path;
    }

    private static JsonNode Node(object obj) => JsonNode.Parse(((JsonElement)obj).GetRawText())!;
}
