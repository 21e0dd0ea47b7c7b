using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Orchestrator.EndToEnd.Tests.Operators;

/// <summary>What informers of every client library do, on KubernetesClient's list and watch: a local copy of all objects of a kind, kept up by a watch that
/// goes on where it broke off, a new list when that point is no longer known (410), and all keys again at an interval.</summary>
/// <remarks>The form is that of client-go's Reflector and SharedInformer.</remarks>
public sealed class Informer<T, TList>(Kubernetes client, string group, string version, string plural, string ns, TimeSpan resync)
    where T : class, IKubernetesObject<V1ObjectMeta>
    where TList : IKubernetesObject<V1ListMeta>, IItems<T>
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, T> objects = new(StringComparer.Ordinal);

    /// <summary>Is given the name of each object that may have changed, or is to be looked at again.</summary>
    public event Action<string>? Changed;

    /// <summary>How often everything was listed.</summary>
    public int Lists { get; private set; }

    /// <summary>How often a watch went on where one had broken off.</summary>
    public int Resumptions { get; private set; }

    /// <summary>How often the server no longer knew where that was.</summary>
    public int Expirations { get; private set; }

    /// <summary>The object as last seen; null: it is gone.</summary>
    public T? Get(string name) => objects.GetValueOrDefault(name);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(FollowAsync(cancellationToken), ResyncAsync(cancellationToken));
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        string? since = null;
        var pause = FirstPause;
        while (true)
        {
            try
            {
                if (since is null)
                {
                    since = await ListAsync(cancellationToken);
                }
                else
                {
                    Resumptions++;
                }

                await foreach (var revision in WatchAsync(since, cancellationToken))
                {
                    (since, pause) = (revision, FirstPause);
                }
            }
            catch (HttpOperationException gone) when (gone.Response.StatusCode == HttpStatusCode.Gone)
            {
                (since, Expirations) = (null, Expirations + 1);
            }
            catch (KubernetesException gone) when (gone.Status.Code == (int)HttpStatusCode.Gone)
            {
                (since, Expirations) = (null, Expirations + 1);
            }
            catch (Exception broken) when (broken is HttpOperationException or KubernetesException or HttpRequestException or IOException or SocketException
                || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The server is away or the connection broke: it goes on where it was.
                await Task.Delay(pause, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        using var all = new GenericClient(client, group, version, plural, disposeClient: false);
        var list = await all.ListNamespacedAsync<TList>(ns, cancel: cancellationToken);
        Lists++;
        var names = list.Items.Select(item => item.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            Put(item);
        }

        foreach (var missing in objects.Keys.Where(name => !names.Contains(name)))
        {
            Remove(missing);
        }

        return list.Metadata.ResourceVersion;
    }

    /// <summary>Follows the changes; gives the revision after each.</summary>
    private async IAsyncEnumerable<string> WatchAsync(string since, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Exception? failure = null;
        await foreach (var (type, changed) in client.CustomObjects.WatchListNamespacedCustomObjectAsync(
            group, version, ns, plural, allowWatchBookmarks: true, resourceVersion: since, timeoutSeconds: 300, onError: error => failure = error, cancellationToken: cancellationToken))
        {
            var item = ((JsonElement)changed).Deserialize<T>()!;
            switch (type)
            {
                case WatchEventType.Added or WatchEventType.Modified:
                    Put(item);
                    break;
                case WatchEventType.Deleted:
                    Remove(item.Metadata.Name);
                    break;
            }

            yield return item.Metadata.ResourceVersion;
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private async Task ResyncAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(resync);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var name in objects.Keys)
            {
                Changed?.Invoke(name);
            }
        }
    }

    private void Put(T item)
    {
        objects[item.Metadata.Name] = item;
        Changed?.Invoke(item.Metadata.Name);
    }

    private void Remove(string name)
    {
        objects.TryRemove(name, out _);
        Changed?.Invoke(name);
    }
}
