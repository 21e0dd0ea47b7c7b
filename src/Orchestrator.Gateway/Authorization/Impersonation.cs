using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Authorization;

/// <summary>Lets a user that may do so act as another: the Impersonate-* headers.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/filters/impersonation. All modes are tried; the first refusal is the one that is told.</remarks>
internal sealed class Impersonation(RbacAuthorizer authorizer)
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>The user to act as (the same one without the headers), or why not.</summary>
    public (ApiUser? User, ApiStatus? Refused) Resolve(HttpRequest request, ApiUser user, RequestTarget target)
    {
        var wanted = Wanted(request.Headers);
        if (wanted.Name.Length == 0)
        {
            return HasOrphanHeaders(request.Headers)
                ? (null, Statuses.BadRequest($"requested {Describe(wanted)} without impersonating a user name"))
                : (user, null);
        }

        ApiStatus? first = null;
        foreach (var mode in ImpersonationMode.All)
        {
            var (actual, refused) = mode.Check(authorizer, wanted, AccessRequest.For(user, target));
            if (actual is not null)
            {
                return (actual, null);
            }

            first ??= refused;
        }

        return (null, first);
    }

    private static ApiUser Wanted(IHeaderDictionary headers)
    {
        var extra = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (header, values) in headers)
        {
            if (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            {
                extra[Uri.UnescapeDataString(header[ExtraPrefix.Length..].ToLowerInvariant())] = [.. values.OfType<string>()];
            }
        }

        return new ApiUser(First(headers, UserHeader), First(headers, UidHeader), [.. headers[GroupHeader].OfType<string>()]) { Extra = extra };
    }

    /// <summary>Of a header that may stand once, the first counts, as in Go.</summary>
    private static string First(IHeaderDictionary headers, string name) => headers[name].FirstOrDefault() ?? "";

    private static bool HasOrphanHeaders(IHeaderDictionary headers) => headers.ContainsKey(GroupHeader) || First(headers, UidHeader).Length > 0
        || headers.Keys.Any(header => header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>The user as upstream's message shows it: Go's own notation.</summary>
    private static string Describe(ApiUser user)
    {
        var groups = user.Groups.Count == 0 ? "[]string(nil)" : Words(user.Groups);
        var extra = user.Extra.Count == 0
            ? "map[string][]string(nil)"
            : $"map[string][]string{{{string.Join(", ", user.Extra.Select(pair => $"{GoText.Quote(pair.Key)}:{Words(pair.Value)}"))}}}";
        return $"&user.DefaultInfo{{Name:\"\", UID:{GoText.Quote(user.Uid)}, Groups:{groups}, Extra:{extra}}}";

        static string Words(IEnumerable<string> words) => $"[]string{{{string.Join(", ", words.Select(GoText.Quote))}}}";
    }
}
