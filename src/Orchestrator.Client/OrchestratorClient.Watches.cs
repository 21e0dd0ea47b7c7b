using System.Runtime.CompilerServices;
using k8s;
using k8s.Models;
using Orchestrator.Grains.Reading;

namespace Orchestrator.Client;

public sealed partial class OrchestratorClient
{
    /// <summary>Follows the changes after a revision, and goes on by itself, at the place reached, when the silo that served it is lost.</summary>
    /// <param name="ns">The namespace; empty: all.</param>
    /// <param name="after">A list's revision, or that of the last change seen.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="WatchExpiredException">List again.</exception>
    public IAsyncEnumerable<Change<T>> WatchAsync<T>(string ns, long after, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> => WatchAsync<T>(ns, after, Selection.Everything, cancellationToken);

    /// <summary>Follows the changes of the chosen objects after a revision.</summary>
    /// <inheritdoc cref="WatchAsync{T}(string, long, CancellationToken)"/>
    public async IAsyncEnumerable<Change<T>> WatchAsync<T>(
        string ns, long after, Selection selection, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var query = Query<T>(ns, selection);
        var reached = after;
        var lastSuccess = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var changes = NewReader().WatchAsync(query, reached, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                ReaderChange change;
                try
                {
                    if (!await changes.MoveNextAsync())
                    {
                        break;
                    }

                    change = changes.Current;
                }
                catch (Exception loss) when (SiloLoss.Is(loss) && !cancellationToken.IsCancellationRequested
                    && TimeProvider.System.GetElapsedTime(lastSuccess) < options.Patience)
                {
                    await Task.Delay(SiloLoss.Pause, cancellationToken);
                    break;
                }

                lastSuccess = TimeProvider.System.GetTimestamp();
                if (change.IsExpired)
                {
                    throw new WatchExpiredException();
                }

                reached = change.Revision;
                if (change.Object is { } found)
                {
                    yield return new Change<T>(Enum.Parse<WatchEventType>(change.Type, ignoreCase: true), Model<T>(found), change.Revision);
                }
            }
        }
    }

    /// <summary>The objects as they are and then every change of them, as one stream: the first items are Added, one for each object that is there.</summary>
    /// <remarks>Lists again by itself when it was cut off for longer than changes are retained; what was seen before may then come as Added once more,
    /// and what was deleted meanwhile is not told.</remarks>
    public async IAsyncEnumerable<Change<T>> FollowAsync<T>(
        string ns, Selection selection, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        while (true)
        {
            var list = await ListAsync<T>(ns, selection, cancellationToken);
            foreach (var item in list.Items)
            {
                yield return new Change<T>(WatchEventType.Added, item, list.Revision);
            }

            await using var changes = WatchAsync<T>(ns, list.Revision, selection, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await changes.MoveNextAsync())
                    {
                        yield break;
                    }
                }
                catch (WatchExpiredException)
                {
                    break;
                }

                yield return changes.Current;
            }
        }
    }
}
