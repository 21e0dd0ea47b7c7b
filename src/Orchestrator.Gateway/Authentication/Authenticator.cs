using Microsoft.AspNetCore.Http;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Finds out who sends a request: by client certificate, else by token; without credentials it is the anonymous user.</summary>
/// <remarks>Upstream: pkg/kubeapiserver/authenticator, whose order this is. Credentials that are not good do no harm beside others that are.</remarks>
internal sealed class Authenticator(
    ClientCertificates certificates, TokenFile tokens, ServiceAccountTokens accounts, BootstrapTokens bootstrap, OidcTokens? provider) : IDisposable
{
    private static readonly string[] ApiAudience = [TokenIssuer.Issuer];

    /// <summary>The user, or null when credentials were sent that are not good (answer 401).</summary>
    public async ValueTask<ApiUser?> AuthenticateAsync(HttpContext context)
    {
        var certificate = context.Connection.ClientCertificate;
        if (certificate is not null && certificates.Authenticate(certificate) is { } known)
        {
            return known.Authenticated();
        }

        if (BearerToken.Of(context.Request) is { } token)
        {
            return (await FromTokenAsync(token, ApiAudience, context.RequestAborted))?.User.Authenticated();
        }

        return certificate is null ? ApiUser.Anonymous : null;
    }

    /// <summary>The user of a bearer token that is good for one of the audiences, or null.</summary>
    public async ValueTask<VerifiedToken?> FromTokenAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        if (token.Length == 0)
        {
            return null;
        }

        if (accounts.Recognises(token))
        {
            return await accounts.VerifyAsync(token, audiences);
        }

        // All other tokens say nothing of whom they are meant for: they are good for the API alone.
        if (!audiences.Contains(TokenIssuer.Issuer))
        {
            return null;
        }

        var user = tokens.Find(token) ?? bootstrap.Find(token)
            ?? (provider is not null && provider.Recognises(token) ? await provider.VerifyAsync(token, cancellationToken) : null);
        return user is null ? null : new VerifiedToken(user, ApiAudience);
    }

    /// <inheritdoc />
    public void Dispose() => provider?.Dispose();
}
