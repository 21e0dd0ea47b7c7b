using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Authenticates by service-account token: signature, time and audience, and that the account and what the token is bound to still exist.</summary>
/// <remarks>Upstream: pkg/serviceaccount/jwt.go. The live checks read the watch cache, so revoking is as quick as the change feed.</remarks>
internal sealed class ServiceAccountTokens(TokenIssuer issuer, IWatchCache cache, TimeProvider clock)
{
    private readonly JsonWebTokenHandler handler = new();

    /// <summary>True when a token claims to be ours; only then is a failure the token's fault.</summary>
    public bool Recognises(string token)
    {
        if (token.AsSpan().Count('.') != 2 || !handler.CanReadToken(token))
        {
            return false;
        }

        return handler.ReadJsonWebToken(token).Issuer == TokenIssuer.Issuer;
    }

    /// <summary>The user of a token that is good for one of the audiences, or null.</summary>
    public async Task<VerifiedToken?> VerifyAsync(string token, IReadOnlyList<string> audiences)
    {
        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = TokenIssuer.Issuer,
            ValidAudiences = audiences,
            IssuerSigningKey = issuer.Key,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            LifetimeValidator = IsCurrent,
        });
        return result.IsValid && result.SecurityToken is JsonWebToken read ? Resolve(read, audiences) : null;
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end && (notBefore is not { } start || now >= start);
    }

    private VerifiedToken? Resolve(JsonWebToken token, IReadOnlyList<string> audiences)
    {
        if (!token.TryGetPayloadValue<JsonElement>("kubernetes.io", out var claims)
            || !claims.TryGetProperty("serviceaccount", out var account))
        {
            return null;
        }

        var ns = Text(claims, "namespace");
        var name = Text(account, "name");
        if (!Lives("serviceaccounts", ns, name, Text(account, "uid")))
        {
            return null;
        }

        var extra = new Dictionary<string, IReadOnlyList<string>> { ["authentication.kubernetes.io/credential-id"] = ["JTI=" + token.Id] };
        if (claims.TryGetProperty("secret", out var secret) && !Lives("secrets", ns, Text(secret, "name"), Text(secret, "uid")))
        {
            return null;
        }

        if (claims.TryGetProperty("node", out var node))
        {
            if (cache.Find(new ObjectKey("", "nodes", "", Text(node, "name")))?.Uid != Text(node, "uid"))
            {
                return null;
            }

            extra["authentication.kubernetes.io/node-name"] = [Text(node, "name")];
            extra["authentication.kubernetes.io/node-uid"] = [Text(node, "uid")];
        }

        if (claims.TryGetProperty("pod", out var pod))
        {
            if (!Lives("pods", ns, Text(pod, "name"), Text(pod, "uid")))
            {
                return null;
            }

            extra["authentication.kubernetes.io/pod-name"] = [Text(pod, "name")];
            extra["authentication.kubernetes.io/pod-uid"] = [Text(pod, "uid")];
        }

        var user = new ApiUser(ServiceAccountNames.UserOf(ns, name), Text(account, "uid"), ServiceAccountNames.GroupsOf(ns)) { Extra = extra };
        return new VerifiedToken(user, [.. token.Audiences.Where(audiences.Contains)]);
    }

    private bool Lives(string resource, string ns, string name, string uid) => cache.Find(new ObjectKey("", resource, ns, name))?.Uid == uid;

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>A token that is good.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Audiences">The audiences asked for that it names.</param>
internal sealed record VerifiedToken(ApiUser User, IReadOnlyList<string> Audiences);
