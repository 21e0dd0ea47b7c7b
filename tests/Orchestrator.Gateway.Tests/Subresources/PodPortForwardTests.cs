using Orchestrator.AgentProtocol.Spdy;
using Orchestrator.Gateway.Streaming;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Subresources;

public sealed class PodPortForwardTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_are_forwarded_side_by_side(bool overWebSocket)
    {
        var node = overWebSocket ? "node-tunnel" : "node-plain";
        using var agent = Seed(node);
        agent.Serve(call => call.EchoAsync($"{call.Wanted.PortForward.Port}:"));
        await using var session = overWebSocket
            ? await SpdyDial.TunnelAsync(gateway, "portforward", PortForwarding.TunnelProtocol)
            : await SpdyDial.OpenAsync(gateway, "portforward", PortForwarding.Protocol);
        var answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(async i =>
        {
            var (data, error) = await OpenAsync(session, i, 8000 + i);
            await data.WriteAsync(new byte[10_000], Token);
            await data.FinishAsync(Token);
            var answer = await SpdyDial.ReadAsync(data);
            Assert.Equal("", await SpdyDial.ReadAsync(error));
            return (answer[..5], answer.Length);
        }));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => ($"{8000 + i}:", 10_005)), answers);
    }

    [Fact]
    public async Task What_the_node_refuses_is_told_on_the_error_stream_and_leaves_the_rest_alone()
    {
        using var agent = Seed("node-partly");
        agent.Serve(call => call.Wanted.PortForward.Port == 1
            ? call.EndAsync("""{"status":"Failure","message":"nobody listens","code":500}""")
            : call.EchoAsync("ok"));
        await using var session = await SpdyDial.OpenAsync(gateway, "portforward", PortForwarding.Protocol);
        var (refused, error) = await OpenAsync(session, 1, 1);
        Assert.Equal("nobody listens", await SpdyDial.ReadAsync(error));
        Assert.Equal("", await SpdyDial.ReadAsync(refused));
        var (served, _) = await OpenAsync(session, 2, 2);
        await served.FinishAsync(Token);
        Assert.Equal("ok", await SpdyDial.ReadAsync(served));
    }

    [Fact]
    public async Task A_connection_that_is_broken_off_ends_the_nodes_part()
    {
        using var agent = Seed("node-reset");
        await using var session = await SpdyDial.OpenAsync(gateway, "portforward", PortForwarding.Protocol);
        var (data, error) = await OpenAsync(session, 1, 80);
        var call = await agent.NextAsync();
        await call.OpenedAsync();
        await data.WriteAsync("x"u8.ToArray(), Token);
        Assert.NotNull(await call.ReadAsync());
        await data.ResetAsync(Token);
        while (await call.ReadAsync() is not null)
        {
        }

        Assert.Equal("", await SpdyDial.ReadAsync(error));
    }

    [Fact]
    public async Task A_client_that_goes_ends_all()
    {
        using var agent = Seed("node-leave");
        var session = await SpdyDial.OpenAsync(gateway, "portforward", PortForwarding.Protocol);
        var (data, _) = await OpenAsync(session, 1, 80);
        var call = await agent.NextAsync();
        await call.OpenedAsync();
        await data.WriteAsync("x"u8.ToArray(), Token);
        Assert.NotNull(await call.ReadAsync());
        await session.DisposeAsync();
        while (await call.ReadAsync() is not null)
        {
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http")]
    public async Task A_port_that_is_none_is_refused(string port)
    {
        using var agent = Seed("node-port");
        await using var session = await SpdyDial.OpenAsync(gateway, "portforward", PortForwarding.Protocol);
        await session.OpenAsync(Headers("error", 1, port), Token);
        var data = await session.OpenAsync(Headers("data", 1, port), Token);
        await data.Broken.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public async Task Each_port_has_a_pair_of_channels_that_begin_with_its_number()
    {
        using var agent = Seed("node-channels");
        agent.Serve(call => call.Wanted.PortForward.Port == 81
            ? call.EndAsync("""{"status":"Failure","message":"nobody listens","code":500}""")
            : call.EchoAsync("hello"));
        using var socket = new TestSocket(gateway, "v4.channel.k8s.io");
        await socket.ConnectAsync("portforward?ports=80,81&ports=8080");
        await socket.SendAsync(4, "to the third");
        await socket.SendAsync(1, "nobody reads this");
        await socket.SendAsync(40, "nor this");
        var heard = new SortedDictionary<int, string>();
        while (heard.Values.Sum(text => text.Length) < "P\0P\0Q\0Q\0\u0090\u001f\u0090\u001fhellohelloto the thirdnobody listens".Length)
        {
            var (channel, text) = await socket.ReadLatin1Async();
            heard[channel] = heard.GetValueOrDefault(channel, "") + text;
        }

        Assert.Equal(
            [(0, "P\0hello"), (1, "P\0"), (2, "Q\0"), (3, "Q\0nobody listens"), (4, "\u0090\u001fhelloto the third"), (5, "\u0090\u001f")],
            heard.Select(entry => (entry.Key, entry.Value)));
    }

    [Fact]
    public async Task A_socket_of_channels_ends_with_its_last_connection()
    {
        using var agent = Seed("node-channel-end");
        agent.Serve(async call =>
        {
            await call.OpenedAsync();
            await call.EndAsync();
        });
        using var socket = new TestSocket(gateway, "v4.channel.k8s.io");
        await socket.ConnectAsync("portforward?ports=80");
        List<int> channels = [];
        while (channels.LastOrDefault() != -1)
        {
            channels.Add((await socket.ReadAsync()).Channel);
        }

        Assert.Equal([0, 1, -1], channels);
    }

    [Fact]
    public async Task A_client_of_channels_that_goes_ends_the_nodes_part()
    {
        using var agent = Seed("node-channel-leave");
        using var socket = new TestSocket(gateway, "v4.channel.k8s.io");
        await socket.ConnectAsync("portforward?ports=80");
        var call = await agent.NextAsync();
        await call.OpenedAsync();
        await socket.SendAsync(0, "x");
        Assert.NotNull(await call.ReadAsync());
        socket.Abort();
        while (await call.ReadAsync() is not null)
        {
        }
    }

    [Theory]
    [InlineData("portforward")]
    [InlineData("portforward?ports=0")]
    [InlineData("portforward?ports=80,http")]
    [InlineData("portforward?ports=")]
    [InlineData("portforward?ports=65536")]
    public async Task Channels_without_good_ports_are_refused(string path)
    {
        using var agent = Seed("node-channel-ports");
        using var socket = new TestSocket(gateway, "v4.channel.k8s.io");
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(path));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, socket.StatusCode);
    }

    private static async Task<(SpdyStream Data, SpdyStream Error)> OpenAsync(SpdySession session, int request, int port)
    {
        var error = await session.OpenAsync(Headers("error", request, $"{port}"), Token);
        await error.FinishAsync(Token);
        return (await session.OpenAsync(Headers("data", request, $"{port}"), Token), error);
    }

    private static Dictionary<string, string> Headers(string type, int request, string port) =>
        new() { ["streamType"] = type, ["requestID"] = $"{request}", ["port"] = port };

    private FakeAgent Seed(string node)
    {
        gateway.Seed("pods", "default", "web", $$$"""{"metadata":{"uid":"uid-web"},"spec":{"nodeName":"{{{node}}}","containers":[{"name":"app"}]}}""");
        return new FakeAgent(gateway, node);
    }
}
