using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Authenticates by service-account token: signature, time and audience, and that the account and what the token is bound to still exist.</summary>
/// <remarks>Upstream: pkg/serviceaccount/jwt.go, claims.go and legacy.go. The live checks read the watch cache, so revoking is as quick as the change feed.</remarks>
internal sealed class ServiceAccountTokens(TokenIssuer issuer, IWatchCache cache, TimeProvider clock)
{
    private const string ExtraPrefix = "authentication.kubernetes.io/";

    /// <summary>A pod that is being deleted may still finish its work with its token. Upstream: jwt.DefaultLeeway.</summary>
    private static readonly TimeSpan DeletionLeeway = TimeSpan.FromMinutes(1);

    private readonly JsonWebTokenHandler handler = new();

    /// <summary>True when a token claims to be ours; only then is a failure the token's fault.</summary>
    public bool Recognises(string token) => JwtText.Read(handler, token)?.Issuer is TokenIssuer.Issuer or SecretTokenSigner.Issuer;

    /// <summary>The user of a token that is good for one of the audiences, or null.</summary>
    public async Task<VerifiedToken?> VerifyAsync(string token, IReadOnlyList<string> audiences)
    {
        var ofSecret = handler.ReadJsonWebToken(token).Issuer == SecretTokenSigner.Issuer;
        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = ofSecret ? SecretTokenSigner.Issuer : TokenIssuer.Issuer,
            ValidateAudience = !ofSecret,
            ValidAudiences = audiences,
            IssuerSigningKey = issuer.Key,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            RequireExpirationTime = !ofSecret,
            LifetimeValidator = ofSecret ? static (_, _, _, _) => true : IsCurrent,
        });
        return !result.IsValid || result.SecurityToken is not JsonWebToken read ? null
            : ofSecret ? ResolveSecret(read, token, audiences)
            : Resolve(read, audiences);
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end && (notBefore is not { } start || now >= start);
    }

    private VerifiedToken? Resolve(JsonWebToken token, IReadOnlyList<string> audiences)
    {
        if (!token.TryGetPayloadValue<JsonElement>("kubernetes.io", out var claims) || !claims.TryGetProperty("serviceaccount", out var account))
        {
            return null;
        }

        var ns = Text(claims, "namespace");
        var name = Text(account, "name");
        if (!Lives("serviceaccounts", ns, account) || (claims.TryGetProperty("secret", out var secret) && !Lives("secrets", ns, secret)))
        {
            return null;
        }

        var extra = new Dictionary<string, IReadOnlyList<string>> { [ExtraPrefix + "credential-id"] = ["JTI=" + token.Id] };
        var isOfPod = claims.TryGetProperty("pod", out var pod);
        if (claims.TryGetProperty("node", out var node))
        {
            // A pod's token dies with the pod, whatever becomes of the node that it names.
            if (!isOfPod && !Lives("nodes", "", node))
            {
                return null;
            }

            extra[ExtraPrefix + "node-name"] = [Text(node, "name")];
            if (Text(node, "uid") is { Length: > 0 } uid)
            {
                extra[ExtraPrefix + "node-uid"] = [uid];
            }
        }

        if (isOfPod)
        {
            if (!Lives("pods", ns, pod))
            {
                return null;
            }

            extra[ExtraPrefix + "pod-name"] = [Text(pod, "name")];
            extra[ExtraPrefix + "pod-uid"] = [Text(pod, "uid")];
        }

        var user = new ApiUser(ServiceAccountNames.UserOf(ns, name), Text(account, "uid"), ServiceAccountNames.GroupsOf(ns)) { Extra = extra };
        return new VerifiedToken(user, [.. token.Audiences.Where(audiences.Contains)]);
    }

    /// <summary>A token that a Secret keeps is good for the API alone, and only while the Secret holds this very text.</summary>
    private VerifiedToken? ResolveSecret(JsonWebToken token, string text, IReadOnlyList<string> audiences)
    {
        var (ns, name, uid, secret) = (Claim("namespace"), Claim("service-account.name"), Claim("service-account.uid"), Claim("secret.name"));
        if (!audiences.Contains(TokenIssuer.Issuer) || token.Subject != ServiceAccountNames.UserOf(ns, name)
            || cache.Find(new ObjectKey("", "serviceaccounts", ns, name)) is not { } account || account.Uid != uid || DeletionOf(account) is not null
            || cache.Find(new ObjectKey("", "secrets", ns, secret)) is not { } keeper || DeletionOf(keeper) is not null || !Holds(keeper, text))
        {
            return null;
        }

        return new VerifiedToken(new ApiUser(ServiceAccountNames.UserOf(ns, name), uid, ServiceAccountNames.GroupsOf(ns)), [TokenIssuer.Issuer]);

        string Claim(string claim) => token.TryGetPayloadValue<string>(SecretTokenSigner.ClaimPrefix + claim, out var value) ? value : "";
    }

    private static bool Holds(CachedObject secret, string token)
    {
        using var document = JsonDocument.Parse(secret.Stored.Document);
        return document.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("token", out var kept)
            && kept.ValueKind == JsonValueKind.String && kept.TryGetBytesFromBase64(out var bytes)
            && CryptographicOperations.FixedTimeEquals(bytes, Encoding.UTF8.GetBytes(token));
    }

    private bool Lives(string resource, string ns, JsonElement reference)
    {
        var found = cache.Find(new ObjectKey("", resource, ns, Text(reference, "name")));
        return found is not null && found.Uid == Text(reference, "uid") && !(DeletionOf(found) < clock.GetUtcNow() - DeletionLeeway);
    }

    private static DateTimeOffset? DeletionOf(CachedObject cached)
    {
        // Nearly no object is being deleted: one look at the bytes spares reading the document.
        if (cached.Stored.Document.Span.IndexOf("\"deletionTimestamp\""u8) < 0)
        {
            return null;
        }

        using var document = JsonDocument.Parse(cached.Stored.Document);
        return document.RootElement.GetProperty("metadata").TryGetProperty("deletionTimestamp", out var time) && time.TryGetDateTimeOffset(out var read) ? read : null;
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>A token that is good.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Audiences">The audiences asked for that it names.</param>
internal sealed record VerifiedToken(ApiUser User, IReadOnlyList<string> Audiences);
