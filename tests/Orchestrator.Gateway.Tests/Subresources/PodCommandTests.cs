using System.Net.WebSockets;
using System.Text;
using Google.Protobuf;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Spdy;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Subresources;

public sealed class PodCommandTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Exit3 =
        """{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""";

    private const string Cat = "exec?command=cat&command=-&stdin=true&stdout=true&stderr=true";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Version_5_carries_input_its_end_both_outputs_and_the_exit_code()
    {
        using var agent = Seed("node-v5");
        using var socket = new TestSocket(gateway, "v5.channel.k8s.io");
        var connecting = socket.ConnectAsync(Cat);
        var call = await agent.NextAsync();
        Assert.Equal(new ExecStream { Command = { "cat", "-" }, Stdin = true, Stdout = true, Stderr = true }, call.Wanted.Exec);
        await call.OpenedAsync();
        await connecting;
        Assert.Equal((1, ""), await socket.ReadAsync());
        await socket.SendAsync(0, "hello");
        Assert.Equal("hello", AgentCall.Text((await call.ReadAsync())!.Stdin));
        await socket.SendAsync(255, "\0");
        Assert.True((await call.ReadAsync())!.CloseStdin);
        await call.StdoutAsync("hello");
        await call.SendAsync(new StreamFrame { Stderr = ByteString.CopyFromUtf8("oh") });
        Assert.Equal((1, "hello"), await socket.ReadAsync());
        Assert.Equal((2, "oh"), await socket.ReadAsync());
        await call.EndAsync(Exit3);
        Assert.Equal((3, Exit3), await socket.ReadAsync());
        Assert.Equal((-1, "NormalClosure"), await socket.ReadAsync());
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task Version_4_carries_the_terminals_size()
    {
        using var agent = Seed("node-v4");
        using var socket = new TestSocket(gateway, "v4.channel.k8s.io");
        var connecting = socket.ConnectAsync("attach?stdin=1&stdout=1&stderr=1&tty=1&container=app");
        var call = await agent.NextAsync();
        Assert.Equal(new AttachStream { Stdin = true, Stdout = true, Tty = true }, call.Wanted.Attach);
        await call.OpenedAsync();
        await connecting;
        await socket.SendAsync(4, """{"Width":80,""", isLast: false);
        await socket.SendRawAsync(Encoding.ASCII.GetBytes("\"Height\":24}"));
        Assert.Equal(new Resize { Width = 80, Height = 24 }, (await call.ReadAsync())!.Resize);
        await socket.SendAsync(4, "nonsense");
        await socket.SendAsync(9, "no such channel");
        await socket.SendAsync(0, new string('x', 100_000));
        var received = 0;
        while (received < 100_000)
        {
            received += (await call.ReadAsync())!.Stdin.Length;
        }

        Assert.Equal(100_000, received);
    }

    [Fact]
    public async Task A_client_that_goes_ends_the_nodes_part()
    {
        using var agent = Seed("node-cut");
        using var socket = new TestSocket(gateway, "v5.channel.k8s.io");
        var connecting = socket.ConnectAsync(Cat);
        var call = await agent.NextAsync();
        await call.OpenedAsync();
        await connecting;
        socket.Abort();
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task A_node_that_is_lost_is_told_as_a_status()
    {
        using var agent = Seed("node-lost");
        using var socket = new TestSocket(gateway, "v5.channel.k8s.io");
        var connecting = socket.ConnectAsync(Cat);
        var call = await agent.NextAsync();
        await call.OpenedAsync();
        await connecting;
        Assert.Equal(1, (await socket.ReadAsync()).Channel);
        call.Call.Dispose();
        Assert.Contains("the connection to the node was lost", (await socket.ReadAsync()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec?command=cat", 400)]
    [InlineData("exec?stdout=1", 400)]
    [InlineData("exec?command=cat&stdout=1&container=none", 400)]
    public async Task A_question_that_makes_no_sense_is_answered_before_any_upgrade(string path, int code)
    {
        using var agent = Seed("node-sense");
        using var socket = new TestSocket(gateway, "v5.channel.k8s.io");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(path));
        Assert.Equal(code, (int)socket.StatusCode);
    }

    [Fact]
    public async Task What_the_node_refuses_is_answered_instead_of_the_upgrade()
    {
        using var agent = Seed("node-no");
        agent.Serve(call => call.EndAsync("""{"kind":"Status","status":"Failure","message":"container not found","reason":"InternalError","code":500}"""));
        using var socket = new TestSocket(gateway, "v5.channel.k8s.io");
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Cat));
        Assert.Equal(500, (int)socket.StatusCode);
    }

    [Fact]
    public async Task Reading_rights_do_not_open_a_process()
    {
        using var agent = Seed("node-rights");
        gateway.Seed("clusterroles", "", "reader", """{"rules":[{"apiGroups":[""],"resources":["pods/exec"],"verbs":["get"]}]}""", "rbac.authorization.k8s.io");
        gateway.Seed(
            "clusterrolebindings", "", "reader",
            """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reader"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"alice"}]}""",
            "rbac.authorization.k8s.io");
        var (code, status) = await GatewayFixture.SendAsync(gateway.Alice, "GET", "/api/v1/namespaces/default/pods/web/" + Cat);
        Assert.Equal(403, code);
        Assert.Contains("cannot create resource \"pods/exec\"", status["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Older_clients_speak_spdy()
    {
        using var agent = Seed("node-spdy");
        var resized = new TaskCompletionSource();
        agent.Serve(async call =>
        {
            await call.OpenedAsync();
            Assert.Equal(new Resize { Width = 100, Height = 30 }, (await call.ReadAsync())!.Resize);
            resized.SetResult();
            Assert.Equal("hi", AgentCall.Text((await call.ReadAsync())!.Stdin));
            Assert.True((await call.ReadAsync())!.CloseStdin);
            await call.StdoutAsync("there");
            await call.EndAsync(Exit3);
        });
        await using var session = await SpdyDial.OpenAsync(gateway, Cat, "v4.channel.k8s.io");
        var error = await OpenAsync(session, "error");
        var stdin = await OpenAsync(session, "stdin");
        var stdout = await OpenAsync(session, "stdout");
        var stderr = await OpenAsync(session, "stderr");
        var resize = await OpenAsync(session, "resize");
        await resize.WriteAsync("{\"Width\":100,\"Height\":30}\n"u8.ToArray(), Token);

        // The streams of a session keep no order among each other.
        await resized.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await stdin.WriteAsync("hi"u8.ToArray(), Token);
        await stdin.FinishAsync(Token);
        Assert.Equal("there", await SpdyDial.ReadAsync(stdout));
        Assert.Equal("", await SpdyDial.ReadAsync(stderr));
        Assert.Equal(Exit3, await SpdyDial.ReadAsync(error));
    }

    private static Task<SpdyStream> OpenAsync(SpdySession session, string type) => session.OpenAsync(new Dictionary<string, string> { ["streamType"] = type }, Token);

    private FakeAgent Seed(string node)
    {
        gateway.Seed("pods", "default", "web", $$$"""{"metadata":{"uid":"uid-web"},"spec":{"nodeName":"{{{node}}}","containers":[{"name":"app"}]}}""");
        return new FakeAgent(gateway, node);
    }
}
