using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Api.Machinery;
using Orchestrator.Controllers;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store;
using Orchestrator.Store.Kinds;
using Orchestrator.Store.Migrations;
using Orleans.Configuration;

namespace Orchestrator.TestSilo;

/// <summary>A silo with nothing faked but the tokens: the store, membership and reminders on PostgreSQL, every controller, the stream provider.</summary>
public static class RealSilo
{
    /// <summary>Migrates the database and starts a silo on it.</summary>
    public static async Task<IHost> StartAsync(SiloSettings settings, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<ITokenIssuer, NoTokens>();
        Add(builder, settings);
        var host = builder.Build();
        await MigrateAndStartAsync(host, cancellationToken);
        return host;
    }

    /// <summary>Puts a silo into a host, which must add an <see cref="ITokenIssuer"/>.</summary>
    public static void Add(IHostApplicationBuilder builder, SiloSettings settings)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Error);

        // Registered before Orleans, so that it starts first and stops last.
        builder.Services.AddOrchestratorStore(new StoreOptions { ConnectionString = settings.Database, MaxPoolSize = 10 });
        builder.Services.AddSingleton<IWriteDecider>(provider =>
        {
            var kinds = provider.GetRequiredService<ServedKinds>();
            return new WriteDecider(() => kinds.Current);
        });
        builder.UseOrleans(silo => Configure(silo, settings));
    }

    /// <summary>Migrates the database, then starts the host.</summary>
    public static async Task MigrateAndStartAsync(IHost host, CancellationToken cancellationToken)
    {
        await host.Services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
    }

    private static void Configure(ISiloBuilder silo, SiloSettings settings)
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (settings.Cluster, settings.Cluster));
        silo.ConfigureEndpoints(IPAddress.Loopback, settings.SiloPort, settings.GatewayPort);
        silo.UseAdoNetClustering(options => options.Invariant = "Npgsql");
        silo.UseAdoNetReminderService(options => options.Invariant = "Npgsql");
        silo.Services.AddOptions<AdoNetClusteringSiloOptions>().Configure<NpgsqlDataSource>((options, database) => options.DataSource = database);
        silo.Services.AddOptions<AdoNetReminderTableOptions>().Configure<NpgsqlDataSource>((options, database) => options.DataSource = database);
        silo.AddOrchestratorGrains(kinds => [.. Reconcilers.OfServer(), .. Reconcilers.All("no certificate", kinds)], new ClusterNetwork());
    }

    /// <summary>No agent connects here, so nobody asks for a token.</summary>
    private sealed class NoTokens : ITokenIssuer
    {
        public ValueTask<IssuedToken> IssueAsync(
            string ns, string serviceAccount, string serviceAccountUid, IReadOnlyList<string> audiences, TimeSpan lifetime,
            string podName, string podUid, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a test's silo issues no tokens");
    }
}
