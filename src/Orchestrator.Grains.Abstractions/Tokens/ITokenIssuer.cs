namespace Orchestrator.Grains.Tokens;

/// <summary>Makes the tokens by which a pod speaks to the API as its service account.</summary>
/// <remarks>The gateway implements it with the cluster's signing key; node grains use it for projected volumes.</remarks>
public interface ITokenIssuer
{
    /// <summary>Issues a signed token. With an empty pod name it is bound to the service account alone.</summary>
    /// <param name="ns">The namespace of the service account.</param>
    /// <param name="serviceAccount">The service account's name.</param>
    /// <param name="serviceAccountUid">Its uid: the token dies with the account.</param>
    /// <param name="audiences">Who is meant to accept the token; empty: the API itself.</param>
    /// <param name="lifetime">How long the token is good.</param>
    /// <param name="podName">The pod that the token dies with; empty: none.</param>
    /// <param name="podUid">Its uid.</param>
    /// <param name="cancellationToken">Cancels the issuing.</param>
    ValueTask<IssuedToken> IssueAsync(string ns, string serviceAccount, string serviceAccountUid, IReadOnlyList<string> audiences, TimeSpan lifetime,
        string podName, string podUid, CancellationToken cancellationToken);
}

/// <summary>A signed token and when it ends.</summary>
/// <param name="Token">The JWT in its compact form.</param>
/// <param name="ExpiresAt">When it is no longer accepted.</param>
public sealed record IssuedToken(string Token, DateTimeOffset ExpiresAt);
