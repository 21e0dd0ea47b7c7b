using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Verbs;

public sealed class WatchTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Leaving_and_entering_a_selection_are_deletion_and_addition()
    {
        var key = new ObjectKey("", "configmaps", "watch", "watched");
        // Revision 0 would ask for the state, not for what follows it.
        gateway.Seed("configmaps", "watch", "first", """{"data":{}}""");
        var start = gateway.Cluster.Revision.Value;
        foreach (var label in new[] { "1", "1", "2", "1" })
        {
            gateway.Cluster.Put(key, "{\"metadata\":{\"labels\":{\"w\":\"" + label + "\"}}}");
        }

        gateway.Cluster.Remove(key);
        var events = await ReadAsync($"/api/v1/namespaces/watch/configmaps?watch=true&resourceVersion={start}&labelSelector=w%3D1", 5);
        Assert.Equal(["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"], events.Select(Type));
        Assert.Equal(("1", (start + 3).ToString(System.Globalization.CultureInfo.InvariantCulture)), (events[2]["object"]!["metadata"]!["labels"]!["w"]!.GetValue<string>(), Version(events[2])));
    }

    [Fact]
    public async Task A_watch_list_ends_its_state_with_a_bookmark()
    {
        gateway.Seed("configmaps", "list", "a", """{"data":{}}""");
        var events = await ReadAsync(
            "/api/v1/namespaces/list/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", 2);
        Assert.Equal(["ADDED", "BOOKMARK"], events.Select(Type));
        Assert.Equal("true", events[1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(1, "ADDED")]
    [InlineData(3, "ADDED", "BOOKMARK")]
    public async Task The_last_bookmark_comes_two_seconds_before_the_timeout_and_then_the_stream_ends(int seconds, params string[] expected)
    {
        gateway.Seed("configmaps", "end", "a", """{"data":{}}""");
        var events = await ReadAsync($"/api/v1/namespaces/end/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}", int.MaxValue);
        Assert.Equal(expected, events.Select(Type));
    }

    [Fact]
    public async Task A_revision_that_is_no_longer_kept_ends_the_watch_with_410()
    {
        gateway.Seed("secrets", "old", "a", """{"data":{}}""");
        gateway.Seed("secrets", "old", "b", """{"data":{}}""");
        gateway.Cluster.Oldest = new Revision(2);
        var events = await ReadAsync("/api/v1/namespaces/old/secrets?watch=true&resourceVersion=1", int.MaxValue);
        gateway.Cluster.Oldest = default;
        var error = Assert.Single(events);
        Assert.Equal(("ERROR", 410), (Type(error), error["object"]!["code"]!.GetValue<int>()));
    }

    /// <summary>A watch that owes an event and stays silent fails its test instead of holding up all others.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private async Task<List<JsonNode>> ReadAsync(string path, int count)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(LongestSilence);
        using var response = await gateway.Admin.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token));
        var events = new List<JsonNode>();
        while (events.Count < count && await reader.ReadLineAsync(patience.Token) is { } line)
        {
            events.Add(JsonNode.Parse(line)!);
        }

        return events;
    }

    private static string Type(JsonNode frame) => frame["type"]!.GetValue<string>();

    private static string Version(JsonNode frame) => frame["object"]!["metadata"]!["resourceVersion"]!.GetValue<string>();
}
