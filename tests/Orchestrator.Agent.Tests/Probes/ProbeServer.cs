using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.AgentProtocol.Health;

namespace Orchestrator.Agent.Tests.Probes;

/// <summary>A server on the loopback interface, as a container would have one.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProbeServer(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.Single()).Port;

    public static async Task<ProbeServer> StartAsync(HttpProtocols protocols, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.AddGrpc();
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new ProbeServer(app);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    /// <summary>Answers with the status of its own choice by the service's name.</summary>
    public sealed class HealthOfAll : Health.HealthBase
    {
        public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => request.Service switch
        {
            "" => Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving }),
            "ill" => Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.NotServing }),
            "slow" => Hang(context.CancellationToken),
            _ => throw new RpcException(new Status(StatusCode.NotFound, "unknown service")),
        };

        private static async Task<HealthCheckResponse> Hang(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new HealthCheckResponse();
        }
    }
}
