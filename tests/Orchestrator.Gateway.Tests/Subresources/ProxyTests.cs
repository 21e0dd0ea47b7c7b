using System.Net;
using System.Text;
using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Subresources;

public sealed class ProxyTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pods/web/proxy/a/b/?q=1", 8080, "GET /a/b/?q=1 HTTP/1.1")]
    [InlineData("pods/web:81/proxy/", 81, "GET / HTTP/1.1")]
    [InlineData("pods/http:web:82/proxy/x", 82, "GET /x HTTP/1.1")]
    [InlineData("services/front/proxy/", 9090, "GET / HTTP/1.1")]
    [InlineData("services/front:http/proxy/", 9090, "GET / HTTP/1.1")]
    [InlineData("services/front:80/proxy/", 9090, "GET / HTTP/1.1")]
    public async Task Requests_reach_the_pods_port_without_the_callers_credentials(string path, int port, string line)
    {
        using var agent = Seed("node-proxy");
        var answering = gateway.Admin.GetAsync("/api/v1/namespaces/default/" + path, Token);
        var call = await agent.NextAsync();
        Assert.Equal((port, "uid-web"), (call.Wanted.PortForward.Port, call.Wanted.PodUid));
        await call.OpenedAsync();
        var request = "";
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            request += AgentCall.Text((await call.ReadAsync())!.Stdin);
        }

        Assert.StartsWith(line + "\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", request, StringComparison.OrdinalIgnoreCase);
        await call.StdoutAsync("HTTP/1.1 418 Teapot\r\nContent-Length: 3\r\nX-Pod: web\r\n\r\ntea");
        using var answer = await answering;
        Assert.Equal((418, "tea", "web"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token), answer.Headers.GetValues("X-Pod").Single()));
    }

    [Theory]
    [InlineData("pods/none/proxy/", 404)]
    [InlineData("pods/web:no/proxy/", 400)]
    [InlineData("pods/https:web:1/proxy/", 400)]
    [InlineData("services/front:other/proxy/", 503)]
    [InlineData("services/empty/proxy/", 503)]
    public async Task What_is_not_there_is_said_so(string path, int code)
    {
        using var agent = Seed("node-proxy");
        Assert.Equal(code, (await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/default/" + path)).Code);
    }

    [Fact]
    public async Task A_pod_that_cannot_be_reached_is_unavailable()
    {
        using var agent = Seed("node-proxy");
        agent.Serve(call => call.EndAsync("""{"status":"Failure","message":"nobody listens","code":500}"""));
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/default/pods/web/proxy/");
        Assert.Equal((503, "error trying to reach service: nobody listens"), (code, status["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Bodies_pass_both_ways()
    {
        using var agent = Seed("node-proxy");
        agent.Serve(async call =>
        {
            await call.OpenedAsync();
            var length = 0;
            while (length < 100_000 && await call.ReadAsync() is { ContentCase: StreamFrame.ContentOneofCase.Stdin } frame)
            {
                length += frame.Stdin.Length;
            }

            await call.StdoutAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + new string('y', 100_000));
        });
        using var body = new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', 100_000)));
        using var answer = await gateway.Admin.PostAsync("/api/v1/namespaces/default/pods/web/proxy/upload", body, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(100_000, (await answer.Content.ReadAsStringAsync(Token)).Length);
    }

    private FakeAgent Seed(string node)
    {
        gateway.Seed(
            "pods", "default", "web",
            $$$"""{"metadata":{"uid":"uid-web"},"spec":{"nodeName":"{{{node}}}","containers":[{"name":"app","ports":[{"containerPort":8080}]}]}}""");
        gateway.Seed("services", "default", "front", """{"spec":{"ports":[{"name":"http","port":80}]}}""");
        gateway.Seed("services", "default", "empty", """{"spec":{"ports":[{"port":80}]}}""");
        gateway.Seed(
            "endpointslices", "default", "front-1",
            """
            {"metadata":{"labels":{"kubernetes.io/service-name":"front"}},"ports":[{"name":"http","port":9090}],
             "endpoints":[{"conditions":{"ready":false},"targetRef":{"kind":"Pod","name":"gone"}},{"conditions":{"ready":true},"targetRef":{"kind":"Pod","name":"web"}}]}
            """,
            "discovery.k8s.io");
        return new FakeAgent(gateway, node);
    }
}
