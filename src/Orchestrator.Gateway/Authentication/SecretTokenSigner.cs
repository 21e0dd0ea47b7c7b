using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Authorization;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Signs the tokens that Secrets of the type kubernetes.io/service-account-token keep: without an end, good as long as the Secret holds them.</summary>
/// <remarks>Upstream: pkg/serviceaccount/legacy.go.</remarks>
public static class SecretTokenSigner
{
    /// <summary>Who such tokens say signed them.</summary>
    public const string Issuer = "kubernetes/serviceaccount";

    /// <summary>The claims' common beginning.</summary>
    internal const string ClaimPrefix = "kubernetes.io/serviceaccount/";

    /// <summary>Signs a token.</summary>
    /// <param name="key">The key that signs service-account tokens.</param>
    /// <param name="ns">The account's namespace.</param>
    /// <param name="serviceAccount">The account.</param>
    /// <param name="serviceAccountUid">Its uid.</param>
    /// <param name="secret">The Secret that keeps the token.</param>
    public static string Sign(ECDsa key, string ns, string serviceAccount, string serviceAccountUid, string secret)
    {
        var security = SigningKey(key);
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            [ClaimPrefix + "namespace"] = ns,
            [ClaimPrefix + "secret.name"] = secret,
            [ClaimPrefix + "service-account.name"] = serviceAccount,
            [ClaimPrefix + "service-account.uid"] = serviceAccountUid,
            ["sub"] = ServiceAccountNames.UserOf(ns, serviceAccount),
        };
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return handler.CreateToken(claims.ToJsonString(), new SigningCredentials(security, SecurityAlgorithms.EcdsaSha256));
    }

    /// <summary>The key with the id by which verifiers find it.</summary>
    internal static ECDsaSecurityKey SigningKey(ECDsa key)
    {
        var security = new ECDsaSecurityKey(key);
        security.KeyId = Base64UrlEncoder.Encode(security.ComputeJwkThumbprint());
        return security;
    }
}
