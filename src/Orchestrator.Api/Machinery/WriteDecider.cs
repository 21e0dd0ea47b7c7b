using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;
using IKindStrategy = Orchestrator.Api.Kinds.IKindStrategy;
using KindStrategies = Orchestrator.Api.Kinds.KindStrategies;

namespace Orchestrator.Api.Machinery;

// Inside the namespace, so that the readers of documents win over those of the same names beside the kinds.
using Orchestrator.Api.Documents;

/// <summary>Decides writes as upstream's generic registry does, one file per verb.</summary>
/// <remarks>Upstream: apiserver/pkg/registry/generic/registry/store.go, registry/rest and endpoints/handlers.</remarks>
public sealed partial class WriteDecider : IWriteDecider
{
    private readonly Func<KindRegistry> registry;
    private readonly KindStrategies strategies;
    private readonly IReadOnlyList<IAdmissionPlugin> plugins;

    /// <summary>Creates a decider.</summary>
    /// <param name="registry">The kinds that the server knows at the moment.</param>
    /// <param name="strategies">The strategies; null: those of the built-in kinds.</param>
    /// <param name="plugins">The admission plugins in order; null: the built-in ones.</param>
    public WriteDecider(Func<KindRegistry> registry, KindStrategies? strategies = null, IReadOnlyList<IAdmissionPlugin>? plugins = null)
    {
        this.registry = registry;
        this.strategies = strategies ?? KindStrategies.BuiltIn;
        this.plugins = plugins ?? AdmissionPlugins.BuiltIn;
    }

    /// <summary>Creates a decider over kinds that do not change.</summary>
    public WriteDecider(KindRegistry registry, KindStrategies? strategies = null, IReadOnlyList<IAdmissionPlugin>? plugins = null)
        : this(() => registry, strategies, plugins)
    {
    }

    /// <summary>One request on its way: what every step needs to know.</summary>
    private sealed record Request(ResourceKind Kind, IKindStrategy Strategy, ObjectKey Key, WriteOptions Options, Surroundings At)
    {
        public List<string> Warnings { get; } = [];

        /// <summary>What is committed together with the object.</summary>
        public List<CompanionWrite> Companions { get; } = [];

        /// <summary>True: metadata.managedFields of the new state stands already, as server-side apply left it.</summary>
        public bool OwnershipIsDecided { get; set; }

        /// <summary>The verb by which the request is authorized.</summary>
        public string Verb { get; set; } = "update";

        /// <summary>The bytes of the field that the kind keeps as it was sent.</summary>
        public ReadOnlyMemory<byte> Sent { get; set; }

        public WriteDecision.Reject Reject(ApiStatus status) => new WriteDecision.Reject(status) { Warnings = Warnings };

        /// <summary>Empty when there is no fault.</summary>
        public ApiStatus? Invalid(IEnumerable<FieldError> faults)
        {
            var found = faults.ToList();
            return found.Count == 0 ? null : Statuses.Invalid(Kind.StorageResource.Group, Kind.Kind, Key.Name, found);
        }
    }

    private Request? Open(ObjectKey key, WriteOptions options, Surroundings at)
    {
        var kind = FindKind(key.GroupResource, options.Version);
        return kind is null ? null : new Request(kind, kind.Custom?.Strategy ?? strategies.For(kind.StorageResource), key, options, at);
    }

    /// <summary>A version with a group, as in <c>events.k8s.io/v1</c>, names a second view of a stored resource.</summary>
    private ResourceKind? FindKind(GroupResource resource, string version)
    {
        var kinds = registry();
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? kinds.Find(resource, version) ?? kinds.Preferred(resource)
            : kinds.Find(version[..slash], version[(slash + 1)..], resource.Resource);
    }

    private static WriteDecision.Reject UnknownResource() => new(Statuses.NoSuchResource());

    /// <summary>Decodes, takes the object over into the version of the store, and fills in defaults.</summary>
    private static ApiStatus? Decode(Request request, ReadOnlyMemory<byte> body, out JsonObject obj)
    {
        var decoded = Decoded(request, body.Span);
        obj = decoded.Object ?? [];
        request.Warnings.AddRange(decoded.Warnings);
        if (decoded.Failure is not null)
        {
            return decoded.Failure;
        }

        VersionConversion.ToStorage(obj, request.Kind);
        Fill(request, obj);
        TakeSent(request, body);
        return null;
    }

    private static DecodedObject Decoded(Request request, ReadOnlySpan<byte> body, bool keepEmpty = false) => request.Kind.Custom is { } custom
        ? CustomDecoder.Decode(body, request.Kind, custom, request.Options.FieldValidation)
        : ObjectDecoder.Decode(body, request.Kind.GroupVersionKind, Schema(request.Kind), request.Options.FieldValidation, keepEmpty);

    /// <summary>The schema of the kind in the version of the request.</summary>
    private static SchemaNode Schema(ResourceKind kind) => kind.Custom?.Shape ?? OpenApiSchemas.For(kind.GroupVersionKind) ?? SchemaNode.Any;

    /// <summary>The object as it stands, as strategies work on it: a built-in kind's in the version of the store, a custom one's in that of the request.</summary>
    private static JsonObject Read(Request request, StoredObject current)
    {
        var obj = DocumentEncoding.Decode(current.Document);
        if (request.Kind.Custom is { } custom)
        {
            CustomDocuments.FromStorage(obj, custom);
        }

        return obj;
    }

    /// <summary>Fills in the defaults of the kind, and what its Go types always write.</summary>
    private static void Fill(Request request, JsonObject obj)
    {
        request.Strategy.Default(obj);
        EmittedFields.Complete(obj, StorageSchema(request.Kind));
    }

    /// <summary>The document to be stored.</summary>
    private static byte[] Encode(Request request, JsonObject obj)
    {
        EmittedFields.Settle(obj, StorageSchema(request.Kind));
        if (request.Kind.Custom is not { } custom)
        {
            return request.Strategy.ImmutableAsSent is { } field
                ? SentBytes.Keep(DocumentEncoding.Encode(obj), field, request.Sent)
                : DocumentEncoding.Encode(obj);
        }

        var stored = (JsonObject)obj.DeepClone();
        CustomDocuments.ToStorage(stored, request.Kind, custom);
        return DocumentEncoding.Encode(stored);
    }

    private static SchemaNode? StorageSchema(ResourceKind kind)
    {
        var version = kind.StorageApiVersion;
        var slash = version.IndexOf('/', StringComparison.Ordinal);
        return OpenApiSchemas.For(new GroupVersionKind(slash < 0 ? "" : version[..slash], version[(slash + 1)..], kind.Kind));
    }

    /// <summary>The name and namespace in a body are those of the path, or left out.</summary>
    private static ApiStatus? MatchKey(JsonObject metadata, ObjectKey key)
    {
        var ns = metadata.Text("namespace");
        if (key.Namespace.Length > 0 && ns.Length > 0 && ns != key.Namespace)
        {
            return Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        var name = metadata.Text("name");
        if (name.Length > 0 && name != key.Name)
        {
            return Statuses.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        metadata["name"] = key.Name;
        if (key.Namespace.Length > 0)
        {
            metadata["namespace"] = key.Namespace;
        }

        return null;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
