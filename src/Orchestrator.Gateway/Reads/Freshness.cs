using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Store.Commits;

namespace Orchestrator.Gateway.Reads;

/// <summary>Brings the cache to the revision that a read asks for.</summary>
internal static class Freshness
{
    /// <summary>How long clients should wait when the database does not answer.</summary>
    private const int StoreRetrySeconds = 5;

    /// <summary>The failure that a missing store means.</summary>
    public static ApiStatus StoreUnavailable() => Statuses.ServiceUnavailable("the store is not available; writes and consistent reads have to wait", StoreRetrySeconds);

    /// <summary>Waits until the cache has what the resourceVersion asks for: empty the newest, 0 anything, N at least N.</summary>
    /// <returns>Null when the cache is there; else why it is not. With 0 reads are served even while the store is down.</returns>
    public static async ValueTask<ApiStatus?> ReachAsync(GatewayServices gateway, Revision? wanted, CancellationToken cancellationToken)
    {
        if (wanted is { Value: 0 })
        {
            return null;
        }

        try
        {
            return wanted is null ? await ReachCurrentAsync(gateway, cancellationToken)
                : wanted <= gateway.Cache.Revision ? null
                : await WaitAsync(gateway, wanted.Value, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return StoreUnavailable();
        }
    }

    private static async Task<ApiStatus?> ReachCurrentAsync(GatewayServices gateway, CancellationToken cancellationToken)
    {
        try
        {
            await gateway.Cache.ReachCurrentAsync(cancellationToken).WaitAsync(gateway.Options.FreshWait, gateway.Clock, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return Statuses.Timeout("this server's view of the cluster did not catch up with the store in time", StoreRetrySeconds);
        }
    }

    private static async Task<ApiStatus?> WaitAsync(GatewayServices gateway, Revision wanted, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(gateway.Options.RevisionWait, gateway.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await gateway.Cache.WaitForAsync(wanted, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Statuses.TooLargeResourceVersion(wanted.Value, gateway.Cache.Revision.Value);
        }
    }
}
