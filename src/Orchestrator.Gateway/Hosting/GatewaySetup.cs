using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Gateway.AgentEndpoint;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Subresources;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store.Kinds;

namespace Orchestrator.Gateway.Hosting;

/// <summary>Puts the gateway into a host: services, the HTTPS port, and the requests.</summary>
public static class GatewaySetup
{
    /// <summary>An agent's message may carry a pod with all its Secrets.</summary>
    private const int MaxAgentMessageBytes = 16 * 1024 * 1024;

    private const int MaxStreamsPerConnection = 1000;

    /// <summary>Tokens of some providers list hundreds of groups. More than this is answered 431.</summary>
    private const int MaxHeaderBytes = 128 * 1024;

    /// <summary>Selectors can be long. More than this is answered 414.</summary>
    private const int MaxRequestLineBytes = 64 * 1024;

    /// <summary>Bytes that a stream may bring before they are read: enough for 25 MB/s at ten milliseconds.</summary>
    private const int StreamWindowBytes = 256 * 1024;

    /// <summary>Adds the gateway. The host adds <see cref="Store.Cache.IWatchCache"/> and Orleans, whose grains are used unless an <see cref="IGrainSource"/> is registered.</summary>
    public static IServiceCollection AddOrchestratorGateway(this IServiceCollection services, GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IGrainSource, ClusterGrains>();
        services.TryAddSingleton<ServedKinds>();
        services.AddSingleton(options);
        services.AddSingleton(provider => new TokenIssuer(
            options.ServiceAccountKey, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Store.Cache.IWatchCache>()));
        services.AddSingleton<ITokenIssuer>(provider => provider.GetRequiredService<TokenIssuer>());
        services.AddSingleton<GatewayStop>();
        services.AddSingleton<ConnectAdmission>();
        services.AddHostedService(provider => provider.GetRequiredService<GatewayStop>());
        services.AddSingleton<GatewayServices>();
        services.AddSingleton<GatewayPipeline>();
        services.AddSingleton<AgentGatewayEndpoint>();
        services.AddHttpForwarder();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxAgentMessageBytes;
            grpc.MaxSendMessageSize = MaxAgentMessageBytes;
        });
        return services;
    }

    /// <summary>Opens the HTTPS port: HTTP/1.1 and HTTP/2, client certificates welcome but not demanded (tokens are as good).</summary>
    public static void ListenForGateway(this KestrelServerOptions kestrel, GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentUpgradedConnections = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MaxHeaderBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;

        // All streams of an agent share a connection with its heartbeats. A client that does not read fills its own stream's window;
        // the connection's must hold all of them, or a few paused clients would stop the whole node.
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = MaxStreamsPerConnection * StreamWindowBytes;
        if (options.ListenAddress is { } address)
        {
            kestrel.Listen(address, options.ApiPort, ConfigureTls);
        }
        else
        {
            kestrel.ListenAnyIP(options.ApiPort, ConfigureTls);
        }

        void ConfigureTls(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = options.ServerCertificate;
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;

                // Every certificate may knock; the authenticator checks it and answers a bad one with 401 instead of a broken handshake.
                https.ClientCertificateValidation = static (_, _, _) => true;
            });
        }
    }

    /// <summary>Answers requests: the agents' gRPC, and everything else by the API.</summary>
    public static void MapOrchestratorGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(20) });
        app.MapGrpcService<AgentGatewayEndpoint>();
        var pipeline = app.Services.GetRequiredService<GatewayPipeline>();
        app.MapFallback("{**path}", pipeline.InvokeAsync);
    }
}
