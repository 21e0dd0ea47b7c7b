using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Authenticates by the id tokens of an OpenID Connect provider.</summary>
/// <remarks>Upstream: apiserver/plugin/pkg/authenticator/token/oidc, with the flags' one provider.</remarks>
internal sealed class OidcTokens(OidcOptions options, TimeProvider clock) : IDisposable
{
    private readonly JsonWebTokenHandler handler = new();
    private readonly OidcKeys keys = new(options, clock);

    /// <summary>True when a token claims to be the provider's.</summary>
    public bool Recognises(string token) => JwtText.Read(handler, token)?.Issuer == options.IssuerUrl;

    /// <summary>The user of a token, or null when it is not good.</summary>
    public async Task<ApiUser?> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        var signers = await keys.FindAsync(handler.ReadJsonWebToken(token).Kid ?? "", cancellationToken);
        if (signers.Count == 0)
        {
            return null;
        }

        var result = await handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = options.IssuerUrl,
            ValidAudience = options.ClientId,
            IssuerSigningKeys = signers,
            ValidAlgorithms = options.SigningAlgorithms,
            LifetimeValidator = IsCurrent,
        });
        return result.IsValid && result.SecurityToken is JsonWebToken read ? Resolve(read) : null;
    }

    /// <inheritdoc />
    public void Dispose() => keys.Dispose();

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end && (notBefore is not { } start || now >= start);
    }

    private ApiUser? Resolve(JsonWebToken token)
    {
        if (Word(token, options.UsernameClaim) is not { Length: > 0 } name
            || (options.UsernameClaim == "email" && !IsVerified(token))
            || options.RequiredClaims.Any(required => Word(token, required.Key) != required.Value))
        {
            return null;
        }

        if (options.GroupsClaim.Length == 0 || !token.TryGetPayloadValue<JsonElement>(options.GroupsClaim, out var claim))
        {
            return new ApiUser(options.EffectiveUsernamePrefix + name, "", []);
        }

        return Words(claim) is { } groups ? new ApiUser(options.EffectiveUsernamePrefix + name, "", [.. groups.Select(group => options.GroupsPrefix + group)]) : null;
    }

    /// <summary>Nobody is known by an address that the provider says is not theirs.</summary>
    private static bool IsVerified(JsonWebToken token) => !token.TryGetPayloadValue<JsonElement>("email_verified", out var verified) || verified.ValueKind == JsonValueKind.True;

    private static string? Word(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<JsonElement>(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string>? Words(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.String => [claim.GetString()!],
        JsonValueKind.Array when claim.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => [.. claim.EnumerateArray().Select(item => item.GetString()!)],
        JsonValueKind.Null => [],
        _ => null,
    };
}
