using Microsoft.AspNetCore.Http;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Finds out who sends a request: client certificate, static token, service-account token; without credentials the anonymous user.</summary>
internal sealed class Authenticator(ClientCertificates certificates, TokenFile tokens, ServiceAccountTokens accounts)
{
    private static readonly string[] ApiAudience = [TokenIssuer.Issuer];

    /// <summary>The user, or null when credentials were sent that are not good (answer 401).</summary>
    public async ValueTask<ApiUser?> AuthenticateAsync(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate)
        {
            return certificates.Authenticate(certificate)?.Authenticated();
        }

        var token = BearerToken(context.Request);
        return token is null ? ApiUser.Anonymous : (await FromTokenAsync(token, ApiAudience))?.User.Authenticated();
    }

    /// <summary>The user of a bearer token that is good for one of the audiences, or null.</summary>
    public async ValueTask<VerifiedToken?> FromTokenAsync(string token, IReadOnlyList<string> audiences)
    {
        if (tokens.Find(token) is { } user)
        {
            return new VerifiedToken(user, audiences);
        }

        return accounts.Recognises(token) ? await accounts.VerifyAsync(token, audiences) : null;
    }

    /// <summary>The token of the Authorization header, or of the WebSocket subprotocol by which browsers send it.</summary>
    private static string? BearerToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        const string Protocol = "base64url.bearer.authorization.k8s.io.";
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return header[Scheme.Length..].Trim();
        }

        foreach (var protocol in request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (protocol.StartsWith(Protocol, StringComparison.Ordinal))
            {
                return System.Text.Encoding.UTF8.GetString(Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(protocol[Protocol.Length..]));
            }
        }

        return null;
    }
}
