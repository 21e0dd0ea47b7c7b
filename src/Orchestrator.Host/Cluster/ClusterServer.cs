using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Kinds.Services;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers;
using Orchestrator.Gateway.Bootstrap;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Grains.Hosting;
using Orchestrator.Host.Nodes;
using Orchestrator.Host.Startup;
using Orchestrator.Store;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Kinds;
using Orleans.Configuration;
using ApiOptions = Orchestrator.Gateway.Hosting.GatewayOptions;

namespace Orchestrator.Host.Cluster;

/// <summary>One silo: store, grains and gateway in one process. This is where everything is put together.</summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    /// <summary>The name under which reminders are kept; the same for as long as the database lives.</summary>
    public const string ServiceName = "orchestrator";

    private static readonly TimeSpan CachePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    private readonly WebApplication app;

    private ClusterServer(WebApplication app) => this.app = app;

    /// <summary>What the silo knows of the cluster.</summary>
    public IWatchCache Cache => app.Services.GetRequiredService<IWatchCache>();

    /// <summary>For what runs in the same process: simulated nodes.</summary>
    public ILoggerFactory Loggers => app.Services.GetRequiredService<ILoggerFactory>();

    /// <summary>Starts a silo on a migrated database and waits until it can serve.</summary>
    public static async Task<ClusterServer> StartAsync(ServerSettings settings, ClusterSecrets secrets, LogLevel logLevel, CancellationToken cancellationToken)
    {
        var server = new ClusterServer(Build(settings, secrets, logLevel));
        try
        {
            await server.app.StartAsync(cancellationToken);
            await server.WaitForCacheAsync(cancellationToken);
            await ClusterBootstrap.EnsureAsync(server.app.Services, cancellationToken);
            return server;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await server.DisposeAsync();
            throw new StartupException($"port {settings.ApiPort} is already taken by another program: choose another with --api-port", e);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when the host is told to stop.</summary>
    public Task WaitForStopAsync(CancellationToken cancellationToken) => app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Stops serving: watches end, grains are handed over, what was acknowledged is stored.</summary>
    public Task StopAsync() => app.StopAsync();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static WebApplication Build(ServerSettings settings, ClusterSecrets secrets, LogLevel logLevel)
    {
        // Empty: nothing is read from the working directory or from variables that were meant for another program.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orchestrator", ContentRootPath = AppContext.BaseDirectory });
        ServerLogging.Configure(builder.Logging, logLevel);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(15));
        builder.Services.AddRouting();
        SiloClocks.Add(builder.Services, TimeProvider.System);

        // Before Orleans, so that it starts first and stops last.
        builder.Services.AddOrchestratorStore(settings.Store with { ConnectionString = settings.Database });
        builder.Services.AddSingleton<IWriteDecider>(provider =>
        {
            var kinds = provider.GetRequiredService<ServedKinds>();
            return new WriteDecider(() => kinds.Current, plugins: AdmissionPlugins.For(new ServiceAddresses(settings.ServiceCidr)));
        });
        builder.Host.UseOrleans((_, silo) => ConfigureSilo(silo, settings, secrets));
        var gateway = GatewayOf(settings, secrets);
        builder.Services.AddOrchestratorGateway(gateway);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();

        // What a connection has to do next is done by the thread that has learnt of it, instead of being handed from queue to queue.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForGateway(gateway));
        var app = builder.Build();
        JoinAuthority.Map(app, secrets.Authority);
        app.MapOrchestratorGateway();
        return app;
    }

    private static void ConfigureSilo(ISiloBuilder silo, ServerSettings settings, ClusterSecrets secrets)
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (secrets.ClusterId, ServiceName));
        silo.ConfigureEndpoints(settings.SiloAddress, settings.SiloPort, settings.ClientPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(settings.SiloAddress));
        silo.UseAdoNetClustering(options => options.Invariant = "Npgsql");
        silo.UseAdoNetReminderService(options => options.Invariant = "Npgsql");
        silo.Services.AddOptions<AdoNetClusteringSiloOptions>().Configure<NpgsqlDataSource>((options, database) => options.DataSource = database);
        silo.Services.AddOptions<AdoNetReminderTableOptions>().Configure<NpgsqlDataSource>((options, database) => options.DataSource = database);
        silo.AddOrchestratorGrains(
            kinds => [.. Reconcilers.OfServer(), .. settings.RunsControllers ? Reconcilers.All(secrets.Authority.CertificatePem, kinds, new ClusterSigner(secrets)) : []],
            new ClusterNetwork { PodCidr = settings.PodCidr, ClusterDns = settings.ClusterDns.ToString() },
            settings.RunsScheduler);
    }

    private static ApiOptions GatewayOf(ServerSettings settings, ClusterSecrets secrets) => new()
    {
        ApiPort = settings.ApiPort,
        ListenAddress = settings.ApiAddress,
        AdvertisedUrl = settings.AdvertisedUrl,
        ServerCertificate = secrets.IssueServer(settings.KubernetesService, settings.Names).ToCertificate(),
        Authority = secrets.Authority,
        ServiceAccountKey = secrets.ServiceAccountKey,
        TokenAuthFile = settings.TokenAuthFile,
        Oidc = settings.Oidc,
        ServiceCidr = IPNetwork.Parse(settings.ServiceCidr),
    };

    private async Task WaitForCacheAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!Cache.IsReady)
        {
            if (TimeProvider.System.GetElapsedTime(began) > CachePatience)
            {
                throw new StartupException("the objects could not be read from the database in time: see the log");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }
    }
}
