using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Reads;

/// <summary>One page of a list: what is sent, and where the next one begins.</summary>
internal sealed record ListPage(Revision Revision, IReadOnlyList<CachedObject> Objects, ContinueToken? Next, long Remaining)
{
    /// <summary>Takes the page that a request asks for out of the cache.</summary>
    public static async ValueTask<(ListPage? Page, ApiStatus? Fault)> ReadAsync(GatewayServices gateway, ApiRequest request, Selection selection, ListRequest list)
    {
        var resource = request.Kind.StorageResource;
        var (snapshot, fault) = await SnapshotAsync(gateway, request, resource, list);
        if (snapshot is null)
        {
            return (null, fault);
        }

        var page = Cut(snapshot, selection, list.Limit, list.Continue?.Start ?? "");
        if (await VersionView.PrepareAsync(gateway, request.Kind, page.Objects.Select(cached => cached.Stored.Document), request.Aborted) is { } unconverted)
        {
            return (null, unconverted);
        }

        if (page.Next is not null)
        {
            gateway.Pages.Keep(resource, request.Namespace, snapshot);
        }

        return (page, null);
    }

    private static async ValueTask<(ListSnapshot? Snapshot, ApiStatus? Fault)> SnapshotAsync(GatewayServices gateway, ApiRequest request, GroupResource resource, ListRequest list)
    {
        var exact = list.Continue is { Revision: > 0 } token ? token.Revision
            : list.Match == "Exact" && list.Continue is null ? list.Revision!.Value.Value
            : 0;
        var wanted = list.Continue is { Revision: > 0 } ? new Revision(list.Continue.Revision) : list.Continue is null ? list.Revision : null;
        if (await Freshness.ReachAsync(gateway, wanted, request.Aborted) is { } fault)
        {
            return (null, fault);
        }

        var current = await NodeLeases.CompleteAsync(gateway, request, gateway.Cache.Snapshot(resource, request.Namespace));
        if (exact == 0 || current.Revision.Value == exact)
        {
            return (current, null);
        }

        var past = gateway.Pages.Find(resource, request.Namespace, new Revision(exact))
            ?? await gateway.Past.ListAsync(resource, request.Namespace, new Revision(exact), request.Aborted);
        return past is null ? (null, Expired(list.Continue, exact, current.Revision)) : (past, null);
    }

    private static ApiStatus Expired(ContinueToken? token, long wanted, Revision current) => token is null
        ? Statuses.TooOldResourceVersion(wanted, current.Value)
        : Statuses.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
            + "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - "
            + "objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
            (token with { Revision = -1 }).Encode());

    private static ListPage Cut(ListSnapshot snapshot, Selection selection, long limit, string start)
    {
        var chosen = new List<CachedObject>();
        for (var index = start.Length == 0 ? 0 : IndexBehind(snapshot.Objects, start); index < snapshot.Objects.Count; index++)
        {
            var candidate = snapshot.Objects[index];
            if (!selection.Matches(candidate))
            {
                continue;
            }

            if (limit > 0 && chosen.Count == limit)
            {
                // Upstream counts what is left only when nothing is filtered: else it would have to look at everything.
                var remaining = selection.IsEverything ? snapshot.Objects.Count - index : 0;
                return new ListPage(snapshot.Revision, chosen, new ContinueToken(snapshot.Revision.Value, Place(chosen[^1])), remaining);
            }

            chosen.Add(candidate);
        }

        return new ListPage(snapshot.Revision, chosen, null, 0);
    }

    /// <summary>Where an object stands in a list: its key without the resource.</summary>
    public static string Place(CachedObject cached) => cached.Stored.Key.Namespace + "/" + cached.Stored.Key.Name;

    private static int IndexBehind(IReadOnlyList<CachedObject> objects, string start)
    {
        // As the store orders keys: as text with the slash in it, so that a-b/x stands before a/x.
        var place = start.Contains('/', StringComparison.Ordinal) ? start : "/" + start;
        var (low, high) = (0, objects.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(Place(objects[middle]), place) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
