using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reading;
using Orleans.Concurrency;

namespace Orchestrator.Client;

/// <summary>The cluster's API for C# developers: typed models over grain calls, with the same defaults, admission and validation as through kubectl.</summary>
/// <remarks>Every write throws <see cref="InvalidObjectException"/>, <see cref="ConflictException"/> or <see cref="OrchestratorException"/> when refused.</remarks>
public sealed class OrchestratorClient(IGrainFactory grains, string user)
{
    private const int PageSize = 500;

    private readonly IReaderGrain reader = grains.GetGrain<IReaderGrain>(Guid.NewGuid().ToString());

    /// <summary>Creates an object.</summary>
    public async Task<T> CreateAsync<T>(T obj, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = KindOf<T>();
        (obj.ApiVersion, obj.Kind) = (kind.Group.Length == 0 ? kind.ApiVersion : kind.Group + "/" + kind.ApiVersion, kind.Kind);
        return Read<T>(await Grain<T>(obj.Metadata.NamespaceProperty ?? "", obj.Metadata.Name).CreateAsync(Bytes(KubernetesJson.Serialize(obj)), Call<T>(), cancellationToken));
    }

    /// <summary>Reads an object; null when there is none.</summary>
    public async Task<T?> GetAsync<T>(string ns, string name, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        await Grain<T>(ns, name).GetAsync(cancellationToken) is { } found ? Model<T>(found) : null;

    /// <summary>Lists the objects of a namespace, or with an empty one of all, and the revision to watch from.</summary>
    public async Task<(IReadOnlyList<T> Items, long Revision)> ListAsync<T>(string ns = "", CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = KindOf<T>();
        var items = new List<T>();
        var after = "";
        long? revision = null;
        do
        {
            var page = await reader.ListAsync(kind.Group, kind.PluralName, ns, after, PageSize, cancellationToken);
            items.AddRange(page.Objects.Select(Model<T>));

            // The first page's: a watch from there misses nothing that later pages may have shown already.
            revision ??= page.Revision;
            after = page.Next;
        }
        while (after.Length > 0);

        return (items, revision.Value);
    }

    /// <summary>Merge-patches an object (RFC 7396).</summary>
    public async Task<T> PatchAsync<T>(string ns, string name, JsonObject mergePatch, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> =>
        Read<T>(await Grain<T>(ns, name).PatchAsync((int)PatchFormat.Merge, Bytes(mergePatch.ToJsonString()), Call<T>(), cancellationToken));

    /// <summary>Sets the number of replicas.</summary>
    public Task<T> ScaleAsync<T>(string ns, string name, int replicas, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> =>
        PatchAsync<T>(ns, name, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, cancellationToken);

    /// <summary>Deletes an object.</summary>
    public async Task DeleteAsync<T>(string ns, string name, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var reply = await Grain<T>(ns, name).DeleteAsync(new DeleteCall(), Call<T>(), cancellationToken);
        if (reply.Failure is { } failure)
        {
            throw OrchestratorException.From(failure);
        }
    }

    /// <summary>Follows the changes after a revision. Each carries its resourceVersion, from which a broken watch goes on.</summary>
    /// <exception cref="WatchExpiredException">List again.</exception>
    public async IAsyncEnumerable<(WatchEventType Type, T Object)> WatchAsync<T>(
        string ns, long after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var kind = KindOf<T>();
        var watcher = grains.GetGrain<IReaderGrain>(Guid.NewGuid().ToString());
        await foreach (var change in watcher.WatchAsync(kind.Group, kind.PluralName, ns, after, cancellationToken).WithCancellation(cancellationToken))
        {
            yield return change.IsExpired
                ? throw new WatchExpiredException()
                : (Enum.Parse<WatchEventType>(change.Type, ignoreCase: true), Model<T>(change.Object!));
        }
    }

    private static KubernetesEntityAttribute KindOf<T>() => typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
        ?? throw new ArgumentException($"{typeof(T).Name} is not the model of a Kubernetes kind");

    private IObjectGrain Grain<T>(string ns, string name)
    {
        var kind = KindOf<T>();
        return grains.GetGrain<IObjectGrain>(new ObjectKey(kind.Group, kind.PluralName, ns, name).ToString());
    }

    private WriteCall Call<T>() => new()
    {
        User = user,
        Groups = ["system:authenticated"],
        FieldManager = "orchestrator-client",
        FieldValidation = "Strict",
        Version = KindOf<T>().ApiVersion,
    };

    private static T Read<T>(WriteReply reply) =>
        reply.Failure is { } failure ? throw OrchestratorException.From(failure) : Model<T>(reply.Object!);

    private static T Model<T>(ObjectReply reply) => KubernetesJson.Deserialize<T>(Encoding.UTF8.GetString(reply.Document));

    private static Immutable<byte[]> Bytes(string json) => new(Encoding.UTF8.GetBytes(json));
}
