using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Authorization;
using Orchestrator.Gateway.Metrics;
using Orchestrator.Gateway.OpenApi;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Streaming;
using Orchestrator.Gateway.Subresources;
using Orchestrator.Grains.Conversion;
using Orchestrator.Store.Audit;
using Orchestrator.Store.Cache;
using Orchestrator.Store.History;
using Orchestrator.Store.Kinds;

namespace Orchestrator.Gateway.Hosting;

/// <summary>What verbs work with; one per silo.</summary>
internal sealed class GatewayServices(
    GatewayOptions options,
    IWatchCache cache,
    IPastStates past,
    ICacheAudit audit,
    IGrainSource grains,
    TokenIssuer issuer,
    ServedKinds kinds,
    IObjectConverter converter,
    ConnectAdmission connect,
    TimeProvider clock,
    GatewayStop stop) : IDisposable
{
    private readonly RbacAuthorizer authorizer = new(cache);

    /// <summary>The host's choices.</summary>
    public GatewayOptions Options => options;

    /// <summary>All reads of the present come from here.</summary>
    public IWatchCache Cache => cache;

    /// <summary>Reads of the past come from here.</summary>
    public IPastStates Past => past;

    /// <summary>Compares what is served with what is stored.</summary>
    public ICacheAudit Audit => audit;

    /// <summary>All writes go here.</summary>
    public IGrainSource Grains => grains;

    /// <summary>Converts custom resources by their webhooks.</summary>
    public IObjectConverter Converter => converter;

    /// <summary>Asks webhooks and policies whether a stream may be opened.</summary>
    public ConnectAdmission Connect => connect;

    /// <summary>The clock.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Cancelled when the silo begins to stop: whatever would go on for long ends.</summary>
    public CancellationToken Stopping { get; } = stop.Stopping;

    /// <summary>Signs service-account tokens.</summary>
    public TokenIssuer Issuer => issuer;

    /// <summary>The kinds that are served now. A request takes it once: a definition may change while it is answered.</summary>
    public KindRegistry Kinds => kinds.Current;

    /// <summary>What describes the API to tools.</summary>
    public OpenApiDocuments OpenApi { get; } = new(() => kinds.Current);

    /// <summary>Who asks.</summary>
    public Authenticator Authenticator { get; } = new(
        new ClientCertificates(options.Authority.Certificate, clock),
        options.TokenAuthFile.Length == 0 ? TokenFile.Empty : TokenFile.Parse(options.TokenAuthFile),
        new ServiceAccountTokens(issuer, cache, clock),
        new BootstrapTokens(cache, clock),
        options.Oidc is null ? null : new OidcTokens(options.Oidc, clock));

    /// <summary>Who may do what.</summary>
    public RbacAuthorizer Authorizer => authorizer;

    /// <summary>Who acts as whom.</summary>
    public Impersonation Impersonation { get; } = new(new RbacAuthorizer(cache));

    /// <summary>Lists that clients are paging through.</summary>
    public PagedSnapshots Pages { get; } = new(clock);

    /// <summary>Lets crowds of watchers send their events in turns.</summary>
    public WatchPace Pace { get; } = new(clock);

    /// <summary>Bounds the requests of each user.</summary>
    public RequestSlots Slots { get; } = new(options.MaxRequestsPerUser);

    /// <summary>How many requests there were, and how long they took.</summary>
    public RequestMetrics Requests { get; } = new();

    /// <summary>What the parts of this silo report.</summary>
    public MeterExport Meters { get; } = new();

    /// <summary>Streams that wait for an agent to dial back.</summary>
    public StreamRendezvous Streams { get; } = new();

    /// <inheritdoc />
    public void Dispose()
    {
        Authenticator.Dispose();
        Meters.Dispose();
    }
}
