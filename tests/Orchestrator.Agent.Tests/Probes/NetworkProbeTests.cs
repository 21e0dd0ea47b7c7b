using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Tests.Pods;

namespace Orchestrator.Agent.Tests.Probes;

/// <summary>Probes over the network, against servers on the loopback interface.</summary>
public sealed class NetworkProbeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData("/ok", "Success", "")]
    [InlineData("ok", "Success", "")]
    [InlineData("/ok?x=1", "Success", "")]
    [InlineData("/status/399", "Success", "")]
    [InlineData("/status/500", "Failure", "HTTP probe failed with statuscode: 500")]
    [InlineData("/status/404", "Failure", "HTTP probe failed with statuscode: 404")]
    [InlineData("/to?there=/ok", "Success", "")]
    [InlineData("/to?there=/status/503", "Failure", "HTTP probe failed with statuscode: 503")]
    [InlineData("/to?there=http://elsewhere.example/", "Warning", "Probe terminated redirects, Response body: moved")]
    [InlineData("/loop", "Failure", "Get \"http://127.0.0.1:{0}/loop\": stopped after 10 redirects")]
    [InlineData("/header", "Success", "")]
    public async Task A_page_passes_or_not(string path, string result, string message)
    {
        await using var server = await ServeAsync();
        var outcome = await GetAsync(path, server.Port, Long);
        Assert.Equal((result, message.Replace("{0}", $"{server.Port}", StringComparison.Ordinal)), (outcome.Result.ToString(), outcome.Message));
    }

    [Fact]
    public async Task A_page_that_never_comes_fails_in_time()
    {
        await using var server = await ServeAsync();
        var outcome = await GetAsync("/hang", server.Port, Short);
        Assert.Equal(
            $"Get \"http://127.0.0.1:{server.Port}/hang\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", outcome.Message);
    }

    [Fact]
    public async Task An_endless_page_is_not_read_to_its_end()
    {
        await using var server = await ServeAsync();
        Assert.Equal(ProbeResult.Success, (await GetAsync("/endless", server.Port, Long)).Result);
    }

    [Fact]
    public async Task A_closed_port_is_refused_in_every_protocol()
    {
        var port = ClosedPort();
        var address = $"127.0.0.1:{port}";
        var token = TestContext.Current.CancellationToken;
        Assert.Equal($"Get \"http://{address}/\": dial tcp {address}: connect: connection refused", (await GetAsync("/", port, Long)).Message);
        Assert.Equal($"dial tcp {address}: connect: connection refused", (await TcpProbe.ProbeAsync("127.0.0.1", port, Long, token)).Message);
        Assert.Equal(
            $"error: failed to connect service at \"{address}\": dial tcp {address}: connect: connection refused",
            (await GrpcProbe.ProbeAsync("127.0.0.1", port, null, Long, token)).Message);
    }

    [Fact]
    public async Task An_open_port_passes()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var outcome = await TcpProbe.ProbeAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, Long, TestContext.Current.CancellationToken);
        Assert.Equal(ProbeOutcome.Passed, outcome);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("ill", "service unhealthy (responded with \"NOT_SERVING\")")]
    [InlineData("none", "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service")]
    [InlineData("slow", "timeout: health rpc did not complete within 0.5s")]
    public async Task A_grpc_server_tells_of_its_services(string? service, string message)
    {
        await using var server = await ProbeServer.StartAsync(HttpProtocols.Http2, app => app.MapGrpcService<ProbeServer.HealthOfAll>());
        var timeout = service == "slow" ? TimeSpan.FromSeconds(0.5) : Long;
        var outcome = await GrpcProbe.ProbeAsync("127.0.0.1", server.Port, service, timeout, TestContext.Current.CancellationToken);
        Assert.Equal((message.Length == 0 ? ProbeResult.Success : ProbeResult.Failure, message), (outcome.Result, outcome.Message));
    }

    [Fact]
    public async Task A_grpc_server_without_health_fails()
    {
        await using var server = await ProbeServer.StartAsync(HttpProtocols.Http2, _ => { });
        var outcome = await GrpcProbe.ProbeAsync("127.0.0.1", server.Port, null, Long, TestContext.Current.CancellationToken);
        Assert.StartsWith("error: this server does not implement the grpc health protocol (grpc.health.v1.Health)", outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http", 8080, null)]
    [InlineData("81", 81, null)]
    [InlineData("none", 0, "couldn't find port: \"none\" in container \"web\"")]
    [InlineData("70000", 0, "invalid port number: 70000")]
    public void A_port_is_found_by_its_name(string port, int number, string? message)
    {
        var container = PodTexts.Container(""" "ports":[{"name":"http","containerPort":8080}] """);
        var thrown = Record.Exception(() => Assert.Equal(number, ProbeTarget.Port(port, container)));
        Assert.Equal(message, thrown?.Message);
    }

    [Fact]
    public async Task Hooks_run_commands_and_get_pages()
    {
        await using var server = await ServeAsync();
        var pod = PodTexts.Pod();
        var ran = new List<string>();
        await RunAsync("""{"exec":{"command":["bye"]}}""");
        await RunAsync($$$"""{"httpGet":{"path":"/status/500","port":{{{server.Port}}}}}""");
        await RunAsync("""{"sleep":{"seconds":0}}""");
        Assert.Equal(["bye"], ran);
        var failure = await Assert.ThrowsAsync<LifecycleHookException>(() => RunAsync("""{"exec":{"command":["fail"]}}"""));
        Assert.Equal("Exec lifecycle hook ([fail]) for Container \"web\" in Pod \"web-0_shop(u-1)\" failed - error: command 'fail' exited with 7: , message: \"no\"", failure.Message);
        await Assert.ThrowsAsync<LifecycleHookException>(() => RunAsync($$$"""{"httpGet":{"port":{{{ClosedPort()}}}}}"""));

        Task RunAsync(string hook) => LifecycleHooks.RunAsync(
            k8s.KubernetesJson.Deserialize<V1LifecycleHandler>(hook), pod, pod.Spec.Containers[0], "127.0.0.1", ExecAsync, TimeProvider.System, TestContext.Current.CancellationToken);

        Task<ExecOutcome> ExecAsync(IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
        {
            if (command[0] == "fail")
            {
                return Task.FromResult(new ExecOutcome(7, "no", false));
            }

            ran.Add(command[0]);
            return Task.FromResult(new ExecOutcome(0, "", false));
        }
    }

    private static Task<ProbeOutcome> GetAsync(string path, int port, TimeSpan timeout) => HttpProbe.ProbeAsync(
        new V1HTTPGetAction
        {
            Path = path,
            Port = port,
            HttpHeaders = [new V1HTTPHeader { Name = "X-Probe", Value = "yes" }, new V1HTTPHeader { Name = "Host", Value = "web.example" }, new V1HTTPHeader { Name = "Accept", Value = "" }],
        },
        PodTexts.Container(""),
        "127.0.0.1",
        timeout,
        TestContext.Current.CancellationToken);

    private static Task<ProbeServer> ServeAsync() => ProbeServer.StartAsync(HttpProtocols.Http1, app =>
    {
        app.MapGet("/ok", () => "fine");
        app.MapGet("/status/{code:int}", (int code) => Results.StatusCode(code));
        app.MapGet("/to", (HttpContext context, string there) => Redirect(context, there));
        app.MapGet("/loop", (HttpContext context) => Redirect(context, "/loop"));
        app.MapGet("/hang", (CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        app.MapGet("/header", (HttpRequest request) => Results.StatusCode(
            request.Headers["X-Probe"] == "yes" && request.Host.Value == "web.example" && !request.Headers.ContainsKey("Accept")
            && request.Headers.UserAgent.ToString().StartsWith("kube-probe/", StringComparison.Ordinal) && request.Headers.Connection == "close" ? 200 : 400));
        app.MapGet("/endless", async (HttpResponse response, CancellationToken cancellationToken) =>
        {
            var block = new byte[4096];
            while (!cancellationToken.IsCancellationRequested)
            {
                await response.Body.WriteAsync(block, cancellationToken);
            }
        });
    });

    private static async Task Redirect(HttpContext context, string there)
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = there;
        await context.Response.WriteAsync("moved");
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
