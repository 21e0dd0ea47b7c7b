namespace Orchestrator.Gateway.Authentication;

/// <summary>Who a request speaks for.</summary>
/// <remarks>Upstream: apiserver/pkg/authentication/user.</remarks>
internal sealed record ApiUser(string Name, string Uid, IReadOnlyList<string> Groups)
{
    /// <summary>The group of everyone who authenticated.</summary>
    public const string AuthenticatedGroup = "system:authenticated";

    /// <summary>The group of everyone who did not.</summary>
    public const string UnauthenticatedGroup = "system:unauthenticated";

    /// <summary>The group that may do everything.</summary>
    public const string MastersGroup = "system:masters";

    /// <summary>Who sends no credentials.</summary>
    public static ApiUser Anonymous { get; } = new("system:anonymous", "", [UnauthenticatedGroup]);

    /// <summary>More that the authenticator knows, as the pod that a token is bound to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>True for members of system:masters.</summary>
    public bool IsMaster => Groups.Contains(MastersGroup);

    /// <summary>The user as a member of system:authenticated.</summary>
    public ApiUser Authenticated() => Groups.Contains(AuthenticatedGroup) ? this : this with { Groups = [.. Groups, AuthenticatedGroup] };
}
