using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Grains.Conversion;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Audit;
using Orchestrator.Store.Cache;
using Orchestrator.Store.History;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>A gateway on a loopback port over TLS, with a fake cluster behind it. admin may do all, alice nothing.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    private WebApplication? app;

    internal FakeCluster Cluster { get; } = new();

    internal FakeGrains Grains { get; }

    internal FakeAudit Audit { get; } = new();

    internal FakeWebhooks Webhooks { get; } = new();

    internal ClusterAuthority Authority { get; } = ClusterAuthority.Create(TimeProvider.System);

    public Uri Address { get; private set; } = new("https://127.0.0.1");

    internal HttpClient Admin { get; private set; } = null!;

    internal HttpClient Alice { get; private set; } = null!;

    internal HttpClient Nobody { get; private set; } = null!;

    internal IServiceProvider AppServices => app!.Services;

    internal GatewayServices Services => app!.Services.GetRequiredService<GatewayServices>();

    public GatewayFixture() => Grains = new FakeGrains(Cluster);

    public async ValueTask InitializeAsync()
    {
        var options = new GatewayOptions
        {
            ApiPort = 0,
            ListenAddress = IPAddress.Loopback,
            AdvertisedUrl = "https://127.0.0.1:0",
            Authority = Authority,
            ServerCertificate = Authority.IssueServer(["localhost", "kubernetes"], [IPAddress.Loopback]).ToCertificate(),
            ServiceAccountKey = ECDsa.Create(ECCurve.NamedCurves.nistP256),
            TokenAuthFile = "admin-token,admin,1,\"system:masters\"\nalice-token,alice,2,\"devs\"\n",
            RevisionWait = TimeSpan.FromMilliseconds(50),
            BodyTimeout = TimeSpan.FromSeconds(5),
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForGateway(options));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<IWatchCache>(Cluster);
        builder.Services.AddSingleton<IPastStates>(Cluster);
        builder.Services.AddSingleton<ICacheAudit>(Audit);
        builder.Services.AddSingleton<IGrainSource>(Grains);
        builder.Services.AddSingleton<IWriteDecider>(new WriteDecider(KindRegistry.BuiltIn));
        builder.Services.AddSingleton<IWebhookClient>(Webhooks);
        builder.Services.AddSingleton<IObjectConverter, FakeConverter>();
        builder.Services.AddOrchestratorGateway(options);
        app = builder.Build();
        app.MapOrchestratorGateway();
        await app.StartAsync();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Admin = Client("admin-token");
        Alice = Client("alice-token");
        Nobody = Client(null);
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        Alice.Dispose();
        Nobody.Dispose();
        await app!.DisposeAsync();
    }

    internal HttpClient Client(string? token, X509Certificate2? certificate = null, bool followsRedirects = true)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = followsRedirects };
        handler.SslOptions.RemoteCertificateValidationCallback = IsOurs;
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        var client = new HttpClient(handler) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return client;
    }

    internal void Seed(string resource, string ns, string name, string json, string group = "") => Cluster.Put(new ObjectKey(group, resource, ns, name), json);

    internal static async Task<(int Code, JsonNode Body)> SendAsync(
        HttpClient client, string method, string path, string? body = null, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return ((int)response.StatusCode, isJson ? JsonNode.Parse(text)! : JsonValue.Create(text));
    }

    internal bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, System.Net.Security.SslPolicyErrors errors)
    {
        chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Authority.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build((X509Certificate2)certificate!) && !errors.HasFlag(System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch);
    }
}
