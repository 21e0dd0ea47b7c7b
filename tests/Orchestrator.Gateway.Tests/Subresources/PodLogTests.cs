using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Subresources;

public sealed class PodLogTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z", 422, "PodLogOptions \"web\" is invalid: : Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified")]
    [InlineData("tailLines=-1", 422, "PodLogOptions \"web\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("limitBytes=0", 422, "PodLogOptions \"web\" is invalid: limitBytes: Invalid value: 0: must be greater than 0")]
    [InlineData("sinceSeconds=0", 422, "PodLogOptions \"web\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("tailLines=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax")]
    [InlineData("container=no", 400, "container no is not valid for pod web")]
    [InlineData("container=late", 400, "container \"late\" in pod \"web\" is waiting to start: ContainerCreating")]
    [InlineData("", 400, "a container name must be specified for pod web, choose one of: [app late]")]
    [InlineData("container=app&previous=true", 400, "previous terminated container \"app\" in pod \"web\" not found")]
    public async Task Wrong_questions_are_refused_in_upstreams_words(string query, int code, string message)
    {
        SeedWeb("node-q");
        var (answered, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/default/pods/web/log?" + query);
        Assert.Equal((code, message), (answered, status["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_pod_without_a_node_has_an_empty_log_and_no_pod_has_none()
    {
        gateway.Seed("pods", "default", "unbound", """{"spec":{"containers":[{"name":"app"}]}}""");
        using var empty = await gateway.Admin.GetAsync("/api/v1/namespaces/default/pods/unbound/log", Token);
        Assert.Equal((200, ""), ((int)empty.StatusCode, await empty.Content.ReadAsStringAsync(Token)));
        Assert.Equal(404, (await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/default/pods/none/log")).Code);
    }

    [Fact]
    public async Task The_log_comes_from_the_node_as_it_is_written()
    {
        SeedWeb("node-log");
        using var agent = new FakeAgent(gateway, "node-log");
        var answering = gateway.Admin.GetAsync(
            "/api/v1/namespaces/default/pods/web/log?container=app&follow=true&tailLines=5&timestamps=true&limitBytes=99&sinceSeconds=7", HttpCompletionOption.ResponseHeadersRead, Token);
        var call = await agent.NextAsync();
        Assert.Equal(
            new LogStream { Follow = true, TailLines = 5, Timestamps = true, LimitBytes = 99, SinceSeconds = 7 },
            call.Wanted.Logs);
        Assert.Equal(("app", "web", "uid-web", "https://127.0.0.1:0"), (call.Wanted.Container, call.Wanted.Pod, call.Wanted.PodUid, call.Wanted.GatewayUrl));
        await call.OpenedAsync();
        using var answer = await answering;
        Assert.Equal((200, "text/plain"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        await call.StdoutAsync("one\n");
        Assert.Equal("one", await reader.ReadLineAsync(Token));
        await call.StdoutAsync("two\n");
        Assert.Equal("two", await reader.ReadLineAsync(Token));
        await call.EndAsync();
        Assert.Null(await reader.ReadLineAsync(Token));
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task What_the_node_refuses_is_an_ordinary_failure()
    {
        SeedWeb("node-refuse");
        using var agent = new FakeAgent(gateway, "node-refuse");
        agent.Serve(call => call.EndAsync("""{"kind":"Status","status":"Failure","message":"no such log","reason":"BadRequest","code":400}"""));
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/default/pods/web/log?container=app");
        Assert.Equal((400, "no such log"), (code, status["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_node_that_is_away_is_an_error_of_the_server()
    {
        SeedWeb("node-away");
        gateway.Grains.FakeNode("node-away").OnOpenStream = _ => "the agent of node node-away is not connected";
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/default/pods/web/log?container=app");
        Assert.Equal((500, "Internal error occurred: error dialing backend: the agent of node node-away is not connected"), (code, status["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_node_that_breaks_off_does_not_leave_a_log_that_looks_whole()
    {
        SeedWeb("node-break");
        using var agent = new FakeAgent(gateway, "node-break");
        agent.Serve(async call =>
        {
            await call.OpenedAsync();
            await call.StdoutAsync("half");
            call.Call.Dispose();
        });
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.Admin.GetStringAsync("/api/v1/namespaces/default/pods/web/log?container=app", Token));
    }

    [Fact]
    public async Task A_client_that_goes_ends_the_nodes_part()
    {
        SeedWeb("node-gone");
        using var agent = new FakeAgent(gateway, "node-gone");
        var answering = gateway.Admin.GetAsync("/api/v1/namespaces/default/pods/web/log?container=app&follow=true", HttpCompletionOption.ResponseHeadersRead, Token);
        var call = await agent.NextAsync();
        await call.OpenedAsync();
        (await answering).Dispose();
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task Clients_that_do_not_read_stop_nobody_else()
    {
        const string Path = "/api/v1/namespaces/default/pods/web/log?container=app&follow=true";
        const int Floods = 500;
        SeedWeb("node-stall");
        using var agent = new FakeAgent(gateway, "node-stall");
        var stalled = new List<HttpResponseMessage>();
        var sent = new int[6];
        for (var i = 0; i < sent.Length; i++)
        {
            var answering = gateway.Admin.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, Token);
            var call = await agent.NextAsync();
            await call.OpenedAsync();
            stalled.Add(await answering);
            _ = FloodAsync(call, i);
        }

        // Until their buffers are full: nothing moves any more.
        int[] before;
        do
        {
            before = [.. sent];
            await Task.Delay(200, Token);
        }
        while (!before.SequenceEqual(sent) || sent.Contains(0));
        Assert.All(sent, count => Assert.InRange(count, 1, Floods - 1));
        var asking = gateway.Admin.GetStringAsync(Path, Token);
        var lively = await agent.NextAsync();
        await lively.OpenedAsync();
        await lively.StdoutAsync("alive");
        await lively.EndAsync();
        Assert.Equal("alive", await asking.WaitAsync(TimeSpan.FromSeconds(60), Token));
        stalled.ForEach(answer => answer.Dispose());

        async Task FloodAsync(AgentCall call, int client)
        {
            var much = new string('x', 60_000);
            for (var i = 0; i < Floods; i++)
            {
                await call.StdoutAsync(much);
                sent[client]++;
            }
        }
    }

    [Theory]
    [InlineData("POST", "log", 405)]
    [InlineData("GET", "logs", 404)]
    [InlineData("GET", "binding", 405)]
    [InlineData("PUT", "exec", 405)]
    [InlineData("GET", "exec?command=id&stdout=1&container=app", 400)]
    [InlineData("POST", "attach?stdout=1&container=app", 400)]
    [InlineData("POST", "portforward", 400)]
    public async Task Subresources_have_their_own_verbs(string method, string path, int code)
    {
        SeedWeb("node-verbs");
        Assert.Equal(code, (await GatewayFixture.SendAsync(gateway.Admin, method, "/api/v1/namespaces/default/pods/web/" + path)).Code);
    }

    private void SeedWeb(string node) => gateway.Seed("pods", "default", "web", """
        {"metadata":{"uid":"uid-web"},"spec":{"nodeName":"NODE","containers":[{"name":"app"},{"name":"late"}]},
         "status":{"containerStatuses":[{"name":"app","state":{"running":{}}},{"name":"late","state":{"waiting":{"reason":"ContainerCreating"}}}]}}
        """.Replace("NODE", node, StringComparison.Ordinal));
}
