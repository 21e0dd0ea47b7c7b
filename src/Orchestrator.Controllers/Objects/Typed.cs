using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Controllers.Objects;

/// <summary>A stored object and its typed read view, together: the view decides, the document is what new objects are copied from.</summary>
/// <param name="Stored">The object as stored.</param>
/// <param name="Value">Its view; never written back.</param>
internal sealed record Typed<T>(StoredObject Stored, T Value)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    public ObjectKey Key => Stored.Key;

    public V1ObjectMeta Meta => Value.Metadata;

    public string Uid => Value.Metadata.Uid ?? "";

    public string Name => Stored.Key.Name;

    public string ResourceVersion => Stored.Revision.ToString();

    public bool IsDeleting => Value.Metadata.DeletionTimestamp is not null;
}

/// <summary>Reads stored objects as KubernetesClient models, each object once however often it is looked at.</summary>
internal static class Typed
{
    // Weak: a view lives as long as the cached object that it was read from, so the cache's size bounds this one.
    private static readonly ConditionalWeakTable<StoredObject, object> Views = [];

    public static T Read<T>(StoredObject stored)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (Views.TryGetValue(stored, out var known) && known is T view)
        {
            return view;
        }

        var read = KubernetesJson.Deserialize<T>(Encoding.UTF8.GetString(stored.Document.Span));
        read.Metadata ??= new V1ObjectMeta();
        Views.AddOrUpdate(stored, read);
        return read;
    }

    public static Typed<T>? Get<T>(this IClusterView view, ObjectKey key)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var stored = view.Get(key);
        return stored is null ? null : new Typed<T>(stored, Read<T>(stored));
    }

    public static List<Typed<T>> List<T>(this IClusterView view, GroupResource resource, string ns = "")
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        [.. view.List(resource, ns).Select(stored => new Typed<T>(stored, Read<T>(stored)))];

    /// <summary>The metadata alone, of an object of any kind.</summary>
    public static V1ObjectMeta Meta(StoredObject stored) => Views.TryGetValue(stored, out var known) && known is IKubernetesObject<V1ObjectMeta> view
        ? view.Metadata
        : Read<AnyObject>(stored).Metadata;

    /// <summary>The document as a tree of its own, free to be changed.</summary>
    public static JsonObject Document(StoredObject stored) => JsonNode.Parse(stored.Document.Span)!.AsObject();
}

/// <summary>An object of a kind that does not matter: only its metadata is read.</summary>
internal sealed class AnyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();
}
