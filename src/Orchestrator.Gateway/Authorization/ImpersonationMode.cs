using Orchestrator.Api.Authorization;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Authentication;

namespace Orchestrator.Gateway.Authorization;

/// <summary>One of the ways in which a user may be allowed to act as another: what must be allowed for it, and who the other then is.</summary>
/// <remarks>
/// Upstream: apiserver/pkg/endpoints/filters/impersonation/mode.go. A constrained mode asks for the right to the request (impersonate-on:MODE:VERB)
/// besides the right to the other identity (impersonate:MODE); the old way asks for the identity alone (impersonate) and allows everything that it may.
/// </remarks>
internal sealed class ImpersonationMode(string name, Func<ApiUser, ApiUser, bool> applies)
{
    private const string AuthenticationGroup = "authentication.k8s.io";
    private const string NodePrefix = "system:node:";
    private const string NodesGroup = "system:nodes";
    private const string NodeNameExtra = "authentication.kubernetes.io/node-name";

    /// <summary>From so many values on, the right to all of them is asked for first.</summary>
    private const int Many = 4;

    private bool IsConstrained => name.Length > 0;

    private bool IsAssociatedNode => name == "associated-node";

    private string Verb => IsConstrained ? "impersonate:" + name : "impersonate";

    /// <summary>The modes in the order in which they are tried; the first that allows it counts.</summary>
    public static IReadOnlyList<ImpersonationMode> All { get; } =
    [
        new("associated-node", static (wanted, asker) => IsNameOnly(wanted) && NodeOf(wanted.Name) is { } node
            && ServiceAccountNames.TryParse(asker.Name, out _, out _) && asker.Extra.GetValueOrDefault(NodeNameExtra) is [var own] && own == node),
        new("arbitrary-node", static (wanted, asker) => IsNameOnly(wanted) && NodeOf(wanted.Name) is not null),
        new("serviceaccount", static (wanted, asker) => IsNameOnly(wanted) && ServiceAccountNames.TryParse(wanted.Name, out _, out _)),
        new("user-info", static (wanted, asker) => NodeOf(wanted.Name) is null && !ServiceAccountNames.TryParse(wanted.Name, out _, out _)),
        new("", static (_, _) => true),
    ];

    /// <summary>The user to act as, or why not; null for both when the mode is not for such a user.</summary>
    public (ApiUser? User, ApiStatus? Refused) Check(RbacAuthorizer authorizer, ApiUser wanted, AccessRequest request)
    {
        if (!applies(wanted, request.User))
        {
            return (null, null);
        }

        if (IsConstrained && Refuse(authorizer, request with { Verb = $"impersonate-on:{name}:{request.Verb}" }) is { } notOnThis)
        {
            return (null, notOnThis);
        }

        var ask = new AccessRequest(request.User, Verb);
        var refused = NameFault(authorizer, ask, wanted.Name)
            ?? (wanted.Uid.Length == 0 ? null : Refuse(authorizer, ask with { Group = AuthenticationGroup, Resource = "uids", Name = wanted.Uid }))
            ?? GroupFault(authorizer, ask, wanted.Groups)
            ?? ExtraFault(authorizer, ask with { Group = AuthenticationGroup, Resource = "userextras" }, wanted.Extra);
        return refused is null ? (Completed(wanted), null) : (null, refused);
    }

    private ApiStatus? NameFault(RbacAuthorizer authorizer, AccessRequest ask, string wanted)
    {
        ask = ask with { Group = IsConstrained ? AuthenticationGroup : "", Resource = "users", Name = wanted };
        if (IsConstrained && NodeOf(wanted) is { } node)
        {
            ask = ask with { Resource = "nodes", Name = IsAssociatedNode ? "*" : node };
        }
        else if (ServiceAccountNames.TryParse(wanted, out var ns, out var account))
        {
            ask = ask with { Resource = "serviceaccounts", Namespace = ns, Name = account };
        }

        return Refuse(authorizer, ask);
    }

    private ApiStatus? GroupFault(RbacAuthorizer authorizer, AccessRequest ask, IReadOnlyList<string> groups)
    {
        ask = ask with { Group = IsConstrained ? AuthenticationGroup : "", Resource = "groups" };
        if (IsConstrained && groups.Contains(""))
        {
            return Refusal.Of(ask, "impersonating the empty string group is not allowed");
        }

        if (IsConstrained && groups.Contains(ApiUser.MastersGroup))
        {
            return Refusal.Of(ask with { Name = ApiUser.MastersGroup }, "impersonating the system:masters group is not allowed");
        }

        return IsConstrained && groups.Count >= Many && Refuse(authorizer, ask with { Name = "*" }) is null
            ? null
            : groups.Select(group => Refuse(authorizer, ask with { Name = group })).FirstOrDefault(refused => refused is not null);
    }

    private ApiStatus? ExtraFault(RbacAuthorizer authorizer, AccessRequest ask, IReadOnlyDictionary<string, IReadOnlyList<string>> extra)
    {
        if (IsConstrained && KeyFault(extra) is { } fault)
        {
            return Refusal.Of(ask, fault);
        }

        return IsConstrained && (extra.Count >= Many || extra.Values.Sum(values => values.Count) >= Many)
                && Refuse(authorizer, ask with { Subresource = "*", Name = "*" }) is null
            ? null
            : extra.SelectMany(pair => pair.Value.Select(value => Refuse(authorizer, ask with { Subresource = pair.Key, Name = value })))
                .FirstOrDefault(refused => refused is not null);
    }

    private static string? KeyFault(IReadOnlyDictionary<string, IReadOnlyList<string>> extra)
    {
        foreach (var (key, values) in extra)
        {
            if (key.Length == 0)
            {
                return "impersonating the empty string key in extra is not allowed";
            }

            if (key.Any(char.IsUpper))
            {
                return $"impersonating a non-lowercase key in extra is not allowed: \"{key}\"";
            }

            if (values.Contains(""))
            {
                return "impersonating the empty string value in extra is not allowed";
            }
        }

        return null;
    }

    private ApiUser Completed(ApiUser wanted)
    {
        var user = IsConstrained && NodeOf(wanted.Name) is not null ? wanted with { Groups = [NodesGroup] }
            : wanted.Groups.Count == 0 && ServiceAccountNames.TryParse(wanted.Name, out var ns, out _) ? wanted with { Groups = ServiceAccountNames.GroupsOf(ns) }
            : wanted;
        var isUnauthenticated = user.Groups.Contains(ApiUser.UnauthenticatedGroup);
        return user.Name != ApiUser.Anonymous.Name ? (isUnauthenticated ? user : user.Authenticated())
            : isUnauthenticated ? user
            : user with { Groups = [.. user.Groups, ApiUser.UnauthenticatedGroup] };
    }

    private static ApiStatus? Refuse(RbacAuthorizer authorizer, AccessRequest ask) => authorizer.Authorize(ask).Allowed ? null : Refusal.Of(ask);

    private static bool IsNameOnly(ApiUser wanted) => wanted.Uid.Length == 0 && wanted.Groups.Count == 0 && wanted.Extra.Count == 0;

    private static string? NodeOf(string user) =>
        user.StartsWith(NodePrefix, StringComparison.Ordinal) && !ObjectNames.DnsSubdomainErrors(user[NodePrefix.Length..]).Any() ? user[NodePrefix.Length..] : null;
}
