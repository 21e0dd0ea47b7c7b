using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Gateway.Authentication;

/// <summary>The keys of an OpenID Connect provider: found by its discovery document, kept, and fetched again when a token names one that is not known.</summary>
/// <remarks>
/// Upstream: go-oidc's RemoteKeySet. Whoever sends tokens cannot make us fetch more often than every <see cref="Pause"/>, nor make two requests at a time;
/// meanwhile the keys that were there go on being good.
/// </remarks>
internal sealed class OidcKeys : IDisposable
{
    /// <summary>The least time between two looks, failed ones included.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Keys are looked at again after this, so that one that the provider took back is not good for ever.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A larger answer is no answer.</summary>
    private const int MaxDocumentBytes = 1024 * 1024;

    private readonly OidcOptions options;
    private readonly TimeProvider clock;
    private readonly HttpClient client;
    private readonly SemaphoreSlim turn = new(1, 1);
    private volatile State current = new([], DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    public OidcKeys(OidcOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;

        // Credentials and trust end at the host that the administrator named: no redirects, no cookies.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = RequestTimeout };
        if (options.AuthorityPem.Length > 0)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(options.AuthorityPem);
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        client = new HttpClient(handler) { Timeout = RequestTimeout, MaxResponseContentBufferSize = MaxDocumentBytes };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>The keys under an id; all of them for a token without one. Empty: there is none, or the provider does not answer.</summary>
    public async Task<IReadOnlyList<SecurityKey>> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        var state = current;
        var found = Matching(state, keyId);
        if ((found.Count > 0 && clock.GetUtcNow() - state.FetchedAt < MaxAge) || clock.GetUtcNow() - state.TriedAt < Pause)
        {
            return found;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            // Who waited finds what the one before fetched.
            if (ReferenceEquals(current, state))
            {
                current = await FetchAsync(state, cancellationToken);
            }

            return Matching(current, keyId);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        client.Dispose();
        turn.Dispose();
    }

    private static List<SecurityKey> Matching(State state, string keyId) => [.. state.Keys.Where(key => keyId.Length == 0 || key.KeyId == keyId)];

    private async Task<State> FetchAsync(State before, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        try
        {
            using var configuration = JsonDocument.Parse(await client.GetByteArrayAsync(options.IssuerUrl.TrimEnd('/') + "/.well-known/openid-configuration", cancellationToken));
            var root = configuration.RootElement;
            if (Text(root, "issuer") != options.IssuerUrl || !Uri.TryCreate(Text(root, "jwks_uri"), UriKind.Absolute, out var keys) || keys.Scheme != Uri.UriSchemeHttps)
            {
                return before with { TriedAt = now };
            }

            var set = new JsonWebKeySet(await client.GetStringAsync(keys, cancellationToken));
            return new State([.. set.GetSigningKeys()], now, now);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or ArgumentException or FormatException or InvalidOperationException
            || (failure is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The provider is away or answers nonsense: tokens are checked by the keys that are known, and it is asked again later.
            return before with { TriedAt = now };
        }
    }

    private static string Text(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private sealed record State(IReadOnlyList<SecurityKey> Keys, DateTimeOffset FetchedAt, DateTimeOffset TriedAt);
}
