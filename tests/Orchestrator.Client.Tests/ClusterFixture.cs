using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Gateway.Hosting;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestKit.Silos;
using Orchestrator.TestSilo;

namespace Orchestrator.Client.Tests;

/// <summary>A silo with its HTTPS gateway on a real database, and the two ways in: the C# client from outside, and HTTP as kubectl speaks it.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly PostgresFixture postgres = new();
    private readonly ClusterAuthority authority = ClusterAuthority.Create(TimeProvider.System);
    private readonly ECDsa tokenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication? silo;
    private ClusterClient? connection;
    private HttpClient? http;

    public OrchestratorClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var ports = FreePorts.Take(2);
        var settings = new SiloSettings(postgres.ConnectionString, Guid.NewGuid().ToString("N"), ports[0], ports[1]);
        var options = new GatewayOptions
        {
            ApiPort = 0,
            ListenAddress = IPAddress.Loopback,
            AdvertisedUrl = "https://127.0.0.1:0",
            Authority = authority,
            ServerCertificate = authority.IssueServer(["localhost"], [IPAddress.Loopback]).ToCertificate(),
            ServiceAccountKey = tokenKey,
            TokenAuthFile = "admin-token,tester,1,\"system:masters\"\n",
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForGateway(options));
        RealSilo.Add(builder, settings);
        builder.Services.AddOrchestratorGateway(options);
        silo = builder.Build();
        silo.MapOrchestratorGateway();
        await RealSilo.MigrateAndStartAsync(silo, CancellationToken.None);

        var address = silo.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            BaseAddress = new Uri(address),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "admin-token");
        connection = await ClusterClient.ConnectAsync(settings.Database, settings.Cluster, CancellationToken.None);
        Client = new OrchestratorClient(connection.Grains, new ClientOptions { User = "tester", Groups = ["system:masters"] });
        await Client.CreateAsync(Manifests.Namespace("default"));
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        if (silo is not null)
        {
            await silo.StopAsync();
            await silo.DisposeAsync();
        }

        authority.Dispose();
        tokenKey.Dispose();
        postgres.Dispose();
    }

    /// <summary>What the HTTPS API answers: an object or a Status.</summary>
    public async Task<JsonObject> SendAsync(HttpMethod method, string path, string body, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(mediaType));
        using var response = await http!.SendAsync(request, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
    }
}
