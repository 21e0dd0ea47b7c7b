using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Gateway.Hosting;

/// <summary>What the gateway needs to know from its host.</summary>
public sealed record GatewayOptions
{
    /// <summary>The HTTPS port for the API and for agents.</summary>
    public int ApiPort { get; init; } = 6443;

    /// <summary>The address to listen on; null: all.</summary>
    public IPAddress? ListenAddress { get; init; }

    /// <summary>The URL at which agents reach this very silo, as in <c>https://10.0.0.5:6443</c>: streams are dialled back to it.</summary>
    public required string AdvertisedUrl { get; init; }

    /// <summary>The HTTPS port's certificate with its key.</summary>
    public required X509Certificate2 ServerCertificate { get; init; }

    /// <summary>The cluster's authority: checks client certificates, signs agents'.</summary>
    public required Certificates.ClusterAuthority Authority { get; init; }

    /// <summary>The P-256 key that signs service-account tokens; the same on all silos.</summary>
    public required ECDsa ServiceAccountKey { get; init; }

    /// <summary>The text of kube-apiserver's token file (token,user,uid,"group1,group2"); empty: none.</summary>
    public string TokenAuthFile { get; init; } = "";

    /// <summary>The OpenID Connect provider whose tokens are accepted; null: none.</summary>
    public Authentication.OidcOptions? Oidc { get; init; }

    /// <summary>Where cluster IPs come from; the first address is the <c>kubernetes</c> Service's.</summary>
    public IPNetwork ServiceCidr { get; init; } = IPNetwork.Parse("10.96.0.0/16");

    /// <summary>The largest request body; a larger one is answered 413.</summary>
    public long MaxRequestBodyBytes { get; init; } = 3 * 1024 * 1024;

    /// <summary>How long a request's body may take to come; a slower one is answered 504. Upstream: --request-timeout.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many requests (watches and streams excepted) a user may have in flight; more are answered 429 with Retry-After.</summary>
    public int MaxRequestsPerUser { get; init; } = 400;

    /// <summary>How long a read waits for a revision of the future before it is answered 504. Upstream: three seconds.</summary>
    public TimeSpan RevisionWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a read of the newest state waits for the watch cache to have it before it is answered 504: the feed may have lost its database.</summary>
    public TimeSpan FreshWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a watch lasts at least when the client does not say; the real time is up to twice this, so that clients do not return all at once.</summary>
    public TimeSpan MinWatchTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often a watch that wants bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long exec, attach, log and port-forward wait for the agent to dial back.</summary>
    public TimeSpan StreamDialTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
