using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Reads;

/// <summary>What a list is asked for besides its selectors: page, revision and how exactly it is meant.</summary>
/// <remarks>Upstream: apimachinery/pkg/apis/meta/internalversion/validation.</remarks>
internal sealed record ListRequest(Revision? Revision, string Match, long Limit, ContinueToken? Continue)
{
    private const string MatchField = "resourceVersionMatch";

    /// <summary>Reads and checks the parameters.</summary>
    public static (ListRequest? List, ApiStatus? Fault) Read(ApiRequest request)
    {
        if (request.Http.Request.Query.IntegerFault("limit", "timeoutSeconds") is { } notNumber)
        {
            return (null, notNumber);
        }

        var version = request.Query("resourceVersion");
        var match = request.Query(MatchField);
        var token = request.Query("continue");
        if (MatchFault(version, match, token, IsOn(request, "sendInitialEvents")) is { } error)
        {
            return (null, Statuses.Invalid("meta.k8s.io", "ListOptions", "", [error]));
        }

        Revision? revision = null;
        if (version.Length > 0)
        {
            if (!Api.Identity.Revision.TryParse(version, out var parsed))
            {
                return (null, Statuses.BadRequest("invalid resource version: " + VersionFault(version)));
            }

            revision = parsed;
        }

        var (from, fault) = token.Length == 0 ? (null, null) : ContinueToken.Decode(token);
        if (fault is not null)
        {
            return (null, Statuses.BadRequest("invalid continue token: " + fault));
        }

        var limit = long.TryParse(request.Query("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 0;
        return (new ListRequest(revision, match, limit, from), null);
    }

    /// <summary>What is wrong with a resourceVersion that is no number.</summary>
    public static string VersionFault(string version) =>
        $"resourceVersion: Invalid value: {GoText.Quote(version)}: strconv.ParseUint: parsing {GoText.Quote(version)}: invalid syntax";

    private static FieldError? MatchFault(string version, string match, string token, bool initialEvents)
    {
        if (match.Length == 0)
        {
            return initialEvents ? FieldError.Forbidden(MatchField, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan") : null;
        }

        if (initialEvents)
        {
            return match == "NotOlderThan" ? null : FieldError.NotSupported(MatchField, JsonValue.Create(match), "NotOlderThan");
        }

        if (token.Length > 0)
        {
            return FieldError.Forbidden(MatchField, "resourceVersionMatch is forbidden when continue is provided");
        }

        if (version.Length == 0)
        {
            return FieldError.Forbidden(MatchField, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }

        if (match is not ("Exact" or "NotOlderThan"))
        {
            return FieldError.NotSupported(MatchField, JsonValue.Create(match), "Exact", "NotOlderThan", "");
        }

        return match == "Exact" && version == "0"
            ? FieldError.Forbidden(MatchField, "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"")
            : null;
    }

    private static bool IsOn(ApiRequest request, string name) =>
        request.Http.Request.Query.ContainsKey(name) && QueryValues.IsTrue(request.Query(name));
}
