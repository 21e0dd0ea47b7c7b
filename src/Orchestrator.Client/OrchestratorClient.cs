using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reading;
using Orleans.Concurrency;

namespace Orchestrator.Client;

/// <summary>The cluster's API for C# developers: typed models over grain calls, with the same defaults, admission and validation as through kubectl.</summary>
/// <remarks>
/// Every write throws an <see cref="OrchestratorException"/> when it was refused, and <see cref="OutcomeUnknownException"/> when its silo was lost
/// before it answered. Reads and watches go on by themselves when a silo is lost. Safe for use by several threads.
/// </remarks>
public sealed partial class OrchestratorClient
{
    /// <summary>Objects asked for at a time; a list goes on until it has all.</summary>
    private const int PageSize = 500;

    /// <summary>How often a generated name is drawn anew when it is taken. Upstream: retryGenerateName.</summary>
    private const int NameAttempts = 8;

    /// <summary>Letters of generated names: no vowels, so no words. Upstream: apimachinery/pkg/util/rand.</summary>
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private const int NameSuffixLength = 5;
    private const int LongestNameBase = 63 - NameSuffixLength;

    private readonly IGrainFactory grains;
    private readonly ClientOptions options;
    private readonly IReaderGrain reader;

    /// <summary>Creates a client on a connected Orleans client, or on a silo's own grain factory.</summary>
    public OrchestratorClient(IGrainFactory grains, ClientOptions options)
    {
        this.grains = grains;
        this.options = options;
        reader = NewReader();
    }

    /// <summary>Creates a client for a user.</summary>
    public OrchestratorClient(IGrainFactory grains, string user)
        : this(grains, new ClientOptions { User = user })
    {
    }

    /// <summary>Creates an object; with an empty name and metadata.generateName under a generated one.</summary>
    public async Task<T> CreateAsync<T>(T obj, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var body = Bytes(Serialize(obj));
        var meta = obj.Metadata ?? throw new ArgumentException("the object has no metadata", nameof(obj));
        for (var attempt = 1; ; attempt++)
        {
            var isGenerated = string.IsNullOrEmpty(meta.Name) && !string.IsNullOrEmpty(meta.GenerateName);
            var key = ModelKind<T>.Key(meta.NamespaceProperty ?? "", isGenerated ? GenerateName(meta.GenerateName) : meta.Name ?? "");
            try
            {
                return Read<T>(await WriteAsync(key, grain => grain.CreateAsync(body, Call<T>(), cancellationToken)));
            }
            catch (AlreadyExistsException) when (isGenerated && attempt < NameAttempts)
            {
                // Drawn anew.
            }
        }
    }

    /// <summary>Reads an object as the store has it now; null when there is none.</summary>
    public async Task<T?> GetAsync<T>(string ns, string name, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var key = ModelKind<T>.Key(ns, name).ToString();
        var found = await SiloLoss.ReadAsync(() => reader.GetAsync(key, cancellationToken), options.Patience, cancellationToken);
        return found is null ? null : Model<T>(found);
    }

    /// <summary>Lists the objects of a namespace, or with an empty one of all, and the revision to watch from.</summary>
    public Task<ObjectList<T>> ListAsync<T>(string ns = "", CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> => ListAsync<T>(ns, Selection.Everything, cancellationToken);

    /// <summary>Lists the chosen objects of a namespace, or with an empty one of all, and the revision to watch from.</summary>
    public async Task<ObjectList<T>> ListAsync<T>(string ns, Selection selection, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var query = Query<T>(ns, selection);
        var items = new List<T>();
        var after = "";
        long? revision = null;
        do
        {
            var from = after;
            var page = await SiloLoss.ReadAsync(() => reader.ListAsync(query, from, PageSize, cancellationToken), options.Patience, cancellationToken);
            items.AddRange(page.Objects.Select(Model<T>));

            // The first page's: a watch from there misses nothing that later pages may have shown already.
            revision ??= page.Revision;
            after = page.Next;
        }
        while (after.Length > 0);

        return new ObjectList<T>(items, revision.Value);
    }

    /// <summary>Deletes an object.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the wait for the answer.</param>
    public Task<Deletion<T>> DeleteAsync<T>(string ns, string name, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta> => DeleteAsync<T>(ns, name, new V1DeleteOptions(), cancellationToken);

    /// <summary>Deletes an object with a grace period, a propagation policy (Foreground, Background, Orphan) or preconditions.</summary>
    public async Task<Deletion<T>> DeleteAsync<T>(string ns, string name, V1DeleteOptions delete, CancellationToken cancellationToken = default)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        var call = new DeleteCall
        {
            Uid = delete.Preconditions?.Uid,
            ResourceVersion = delete.Preconditions?.ResourceVersion,
            GracePeriodSeconds = delete.GracePeriodSeconds,
            PropagationPolicy = delete.PropagationPolicy,
        };
        var reply = await WriteAsync(ModelKind<T>.Key(ns, name), grain => grain.DeleteAsync(call, Call<T>(), cancellationToken));
        return new Deletion<T>(Read<T>(reply), reply.Gone);
    }

    private static string GenerateName(string baseName) =>
        baseName[..Math.Min(baseName.Length, LongestNameBase)] + RandomNumberGenerator.GetString(NameAlphabet, NameSuffixLength);

    private static ReaderQuery Query<T>(string ns, Selection selection) => new()
    {
        Group = ModelKind<T>.Resource.Group,
        Resource = ModelKind<T>.Resource.Resource,
        Namespace = ns,
        Labels = selection.Labels,
        Fields = selection.Fields,
    };

    private static string Serialize<T>(T obj)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        (obj.ApiVersion, obj.Kind) = (ModelKind<T>.Kind.ApiVersion, ModelKind<T>.Kind.Kind);
        return KubernetesJson.Serialize(obj);
    }

    private static T Model<T>(ObjectReply reply) => KubernetesJson.Deserialize<T>(Encoding.UTF8.GetString(reply.Document));

    private static Immutable<byte[]> Bytes(string json) => new(Encoding.UTF8.GetBytes(json));

    private IReaderGrain NewReader() => grains.GetGrain<IReaderGrain>(Guid.NewGuid().ToString());

    private WriteCall Call<T>(string subresource = "", bool force = false) => new()
    {
        User = options.User,
        Groups = [.. options.Groups],
        FieldManager = options.FieldManager,
        FieldValidation = "Strict",
        Subresource = subresource,
        Force = force,
        Version = ModelKind<T>.Kind.Version,
    };

    private Task<WriteReply> WriteAsync(ObjectKey key, Func<IObjectGrain, Task<WriteReply>> write) =>
        WriteAsync(key, () => write(grains.GetObject(key)));

    private static async Task<WriteReply> WriteAsync(ObjectKey key, Func<Task<WriteReply>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception loss) when (SiloLoss.Is(loss))
        {
            throw new OutcomeUnknownException($"{key.GroupResource} \"{key.Name}\"", loss);
        }
    }

    private T Read<T>(WriteReply reply)
    {
        foreach (var warning in reply.Warnings)
        {
            options.OnWarning?.Invoke(warning);
        }

        return reply.Failure is { } failure ? throw OrchestratorException.From(failure) : Model<T>(reply.Object!);
    }
}
