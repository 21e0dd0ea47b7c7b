namespace Orchestrator.Gateway.Authentication;

/// <summary>The OpenID Connect provider whose tokens are accepted: kube-apiserver's --oidc-* flags.</summary>
public sealed record OidcOptions
{
    /// <summary>The provider's URL, as its tokens name it; https.</summary>
    public required string IssuerUrl { get; init; }

    /// <summary>Whom the tokens must be meant for.</summary>
    public required string ClientId { get; init; }

    /// <summary>The claim that names the user.</summary>
    public string UsernameClaim { get; init; } = "sub";

    /// <summary>What is put before the name. Null: the issuer's URL and #, unless the claim is email; "-": nothing.</summary>
    public string? UsernamePrefix { get; init; }

    /// <summary>The claim that holds the groups, a word or a list; empty: none.</summary>
    public string GroupsClaim { get; init; } = "";

    /// <summary>What is put before each group.</summary>
    public string GroupsPrefix { get; init; } = "";

    /// <summary>Claims that must have just these values.</summary>
    public IReadOnlyDictionary<string, string> RequiredClaims { get; init; } = new Dictionary<string, string>();

    /// <summary>The algorithms by which tokens may be signed.</summary>
    public IReadOnlyList<string> SigningAlgorithms { get; init; } = ["RS256"];

    /// <summary>The authorities that the provider's certificate is checked by, in PEM; empty: the machine's own.</summary>
    public string AuthorityPem { get; init; } = "";

    /// <summary>What really stands before a name.</summary>
    internal string EffectiveUsernamePrefix => UsernamePrefix switch
    {
        null => UsernameClaim == "email" ? "" : IssuerUrl + "#",
        "-" => "",
        var prefix => prefix,
    };

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Fault() =>
        !Uri.TryCreate(IssuerUrl, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps ? $"--oidc-issuer-url {IssuerUrl}: wants an https URL"
        : url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0 ? $"--oidc-issuer-url {IssuerUrl}: must not contain a user, a query or a fragment"
        : ClientId.Length == 0 ? "--oidc-client-id is required with --oidc-issuer-url"
        : UsernameClaim.Length == 0 ? "--oidc-username-claim must not be empty"
        : SigningAlgorithms.FirstOrDefault(algorithm => !Known.Contains(algorithm)) is { } unknown ? $"--oidc-signing-algs {unknown}: wants one of {string.Join(", ", Known)}"
        : null;

    private static readonly string[] Known = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];
}
