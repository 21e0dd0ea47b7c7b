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
        // The claims as they were sent: the library's own reading gives each another type.
        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        var claims = payload.RootElement;
        if (Word(claims, options.UsernameClaim) is not { Length: > 0 } name
            || (options.UsernameClaim == "email" && !IsVerified(claims))
            || options.RequiredClaims.Any(required => Word(claims, required.Key) != required.Value))
        {
            return null;
        }

        var user = options.EffectiveUsernamePrefix + name;
        if (options.GroupsClaim.Length == 0 || !claims.TryGetProperty(options.GroupsClaim, out var claim))
        {
            return new ApiUser(user, "", []);
        }

        return Words(claim) is { } groups ? new ApiUser(user, "", [.. groups.Select(group => options.GroupsPrefix + group)]) : null;
    }

    /// <summary>Nobody is known by an address that the provider says is not theirs.</summary>
    private static bool IsVerified(JsonElement claims) => !claims.TryGetProperty("email_verified", out var verified) || verified.ValueKind == JsonValueKind.True;

    private static string? Word(JsonElement claims, string claim) =>
        claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string>? Words(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.String => [claim.GetString()!],
        JsonValueKind.Array when claim.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => [.. claim.EnumerateArray().Select(item => item.GetString()!)],
        JsonValueKind.Null => [],
        _ => null,
    };
}
