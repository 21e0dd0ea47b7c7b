using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Authorization;

/// <summary>Lets a user that may do so act as another: the Impersonate-* headers.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/filters/impersonation.</remarks>
internal sealed class Impersonation(RbacAuthorizer authorizer)
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string AuthenticationGroup = "authentication.k8s.io";

    /// <summary>The user to act as (the same one without the headers), or why not.</summary>
    public (ApiUser? User, ApiStatus? Refused) Resolve(HttpRequest request, ApiUser user, RequestTarget target)
    {
        var wanted = Wanted(request.Headers);
        if (wanted is null)
        {
            return HasOrphanHeaders(request.Headers)
                ? (null, new ApiStatus(500, "InternalError", "Internal error occurred: requested impersonation without impersonating a user"))
                : (user, null);
        }

        foreach (var check in Checks(user, wanted))
        {
            if (!authorizer.Authorize(check).Allowed)
            {
                return (null, Refusal.Of(AccessRequest.For(user, target with { Verb = "impersonate-on:user-info:" + target.Verb })));
            }
        }

        return (Completed(wanted), null);
    }

    private static ApiUser? Wanted(IHeaderDictionary headers)
    {
        var name = headers[UserHeader].ToString();
        if (name.Length == 0)
        {
            return null;
        }

        var extra = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (header, values) in headers)
        {
            if (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            {
                extra[Uri.UnescapeDataString(header[ExtraPrefix.Length..]).ToLowerInvariant()] = [.. values.OfType<string>()];
            }
        }

        return new ApiUser(name, headers[UidHeader].ToString(), [.. headers[GroupHeader].OfType<string>()]) { Extra = extra };
    }

    private static bool HasOrphanHeaders(IHeaderDictionary headers) => headers.ContainsKey(GroupHeader) || headers.ContainsKey(UidHeader)
        || headers.Keys.Any(header => header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<AccessRequest> Checks(ApiUser user, ApiUser wanted)
    {
        var impersonate = new AccessRequest(user, "impersonate");
        yield return ServiceAccountNames.TryParse(wanted.Name, out var ns, out var account)
            ? impersonate with { Resource = "serviceaccounts", Namespace = ns, Name = account }
            : impersonate with { Resource = "users", Name = wanted.Name };
        foreach (var group in wanted.Groups)
        {
            yield return impersonate with { Resource = "groups", Name = group };
        }

        if (wanted.Uid.Length > 0)
        {
            yield return impersonate with { Group = AuthenticationGroup, Resource = "uids", Name = wanted.Uid };
        }

        foreach (var (key, values) in wanted.Extra)
        {
            foreach (var value in values)
            {
                yield return impersonate with { Group = AuthenticationGroup, Resource = "userextras", Subresource = key, Name = value };
            }
        }
    }

    private static ApiUser Completed(ApiUser wanted)
    {
        var user = wanted.Groups.Count == 0 && ServiceAccountNames.TryParse(wanted.Name, out var ns, out _)
            ? wanted with { Groups = ServiceAccountNames.GroupsOf(ns) }
            : wanted;
        if (user.Name == ApiUser.Anonymous.Name)
        {
            return user.Groups.Contains(ApiUser.UnauthenticatedGroup) ? user : user with { Groups = [.. user.Groups, ApiUser.UnauthenticatedGroup] };
        }

        return user.Groups.Contains(ApiUser.UnauthenticatedGroup) ? user : user.Authenticated();
    }
}
