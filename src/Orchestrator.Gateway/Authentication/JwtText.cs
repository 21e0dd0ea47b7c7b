using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Reads bearer tokens that may or may not be JWTs, without trusting them.</summary>
internal static class JwtText
{
    /// <summary>Longer ones are nobody's. Headers are bounded to less by the server.</summary>
    private const int MaxLength = 64 * 1024;

    /// <summary>The token unverified, or null when it is no signed JWT.</summary>
    public static JsonWebToken? Read(JsonWebTokenHandler handler, string token)
    {
        if (token.Length > MaxLength || token.AsSpan().Count('.') != 2 || !handler.CanReadToken(token))
        {
            return null;
        }

        try
        {
            return handler.ReadJsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or FormatException or System.Text.Json.JsonException)
        {
            // Three words with dots between them need not be a token.
            return null;
        }
    }
}
