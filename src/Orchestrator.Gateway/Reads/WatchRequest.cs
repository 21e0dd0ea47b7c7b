using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Reads;

/// <summary>How a watch is meant: from where, with what beginning, for how long.</summary>
/// <param name="Revision">Follow from behind this revision; null: begin with the newest state, 0: with any.</param>
/// <param name="InitialEvents">sendInitialEvents: the state first, then a bookmark that says it was all.</param>
/// <param name="Bookmarks">allowWatchBookmarks.</param>
/// <param name="Timeout">When the stream ends.</param>
internal sealed record WatchRequest(Revision? Revision, bool? InitialEvents, bool Bookmarks, TimeSpan Timeout)
{
    /// <summary>True when the stream begins with the objects as they are.</summary>
    public bool BeginsWithState => InitialEvents ?? (Revision is null or { Value: 0 });

    /// <summary>Reads and checks the parameters.</summary>
    public static (WatchRequest? Watch, ApiStatus? Fault) Read(GatewayServices gateway, ApiRequest request)
    {
        if (request.Http.Request.Query.IntegerFault("limit", "timeoutSeconds") is { } notNumber)
        {
            return (null, notNumber);
        }

        var version = request.Query("resourceVersion");
        Revision? revision = null;
        if (version.Length > 0)
        {
            if (!Api.Identity.Revision.TryParse(version, out var parsed))
            {
                // Upstream answers 500 here, without a reason.
                return (null, new ApiStatus(500, "", ListRequest.VersionFault(version)));
            }

            revision = parsed;
        }

        var query = request.Http.Request.Query;
        bool? initial = query.ContainsKey("sendInitialEvents") ? QueryValues.IsTrue(query.First("sendInitialEvents")) : null;
        if (MatchFault(request.Query("resourceVersionMatch"), initial) is { } error)
        {
            return (null, Statuses.Invalid("meta.k8s.io", "ListOptions", "", [error]));
        }

        var bookmarks = query.ContainsKey("allowWatchBookmarks") && QueryValues.IsTrue(query.First("allowWatchBookmarks"));
        return (new WatchRequest(revision, initial, bookmarks, TimeoutOf(gateway.Options, request.Query("timeoutSeconds"))), null);
    }

    private static FieldError? MatchFault(string match, bool? initial) => (match.Length > 0, initial) switch
    {
        (false, null) => null,
        (false, _) => FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        (true, null) => FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
        (true, _) => match == "NotOlderThan" ? null : FieldError.NotSupported("resourceVersionMatch", JsonValue.Create(match), "NotOlderThan"),
    };

    private static TimeSpan TimeoutOf(GatewayOptions options, string seconds) =>
        int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted > 0
            ? TimeSpan.FromSeconds(wanted)
            : options.MinWatchTimeout * (1 + Random.Shared.NextDouble());
}
