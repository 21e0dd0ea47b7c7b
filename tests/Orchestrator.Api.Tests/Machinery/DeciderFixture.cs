using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Tests.Machinery;

/// <summary>A decider with the common rules alone and a one-object cluster around it.</summary>
internal sealed class DeciderFixture : IClusterView
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public WriteDecider Decider { get; init; } = new(KindRegistry.BuiltIn, new KindStrategies([]), []);

    public WriteOptions Options { get; set; } = new() { User = "tester", Version = "v1" };

    public List<StoredObject> Others { get; } = [];

    public Surroundings At => new(Now, () => new Guid("11111111-2222-3333-4444-555555555555"), this);

    public static ObjectKey ConfigMap { get; } = new("", "configmaps", "default", "cm");

    public static ObjectKey Deployment { get; } = new("apps", "deployments", "default", "web");

    public static ObjectKey Pod { get; } = new("", "pods", "default", "pod");

    public static ObjectKey Namespace { get; } = new("", "namespaces", "", "team");

    public WriteDecision Create(ObjectKey key, string json) => Decider.Create(key, Bytes(json), Options, At);

    public WriteDecision Update(StoredObject current, string json) => Decider.Update(current, Bytes(json), Options, At);

    public WriteDecision Patch(StoredObject current, string json, PatchFormat format = PatchFormat.Merge) =>
        Decider.Patch(current.Key, current, format, Bytes(json), Options, At);

    public WriteDecision Delete(StoredObject current, DeleteOptions? delete = null) => Decider.Delete(current, delete ?? new DeleteOptions(), Options, At);

    public StoredObject Stored(ObjectKey key, string json, long revision = 7) => Store(key, Create(key, json), revision);

    public static StoredObject Store(ObjectKey key, WriteDecision decision, long revision = 7) =>
        new(key, new Revision(revision), DocumentEncoding.WithResourceVersion(((WriteDecision.Put)decision).Document.Span, new Revision(revision)));

    public static StoredObject Raw(ObjectKey key, string json, long revision = 7) =>
        new(key, new Revision(revision), DocumentEncoding.WithResourceVersion(Bytes(json), new Revision(revision)));

    public static JsonObject Document(WriteDecision decision) => DocumentEncoding.Decode(decision switch
    {
        WriteDecision.Put put => put.Document,
        WriteDecision.Remove remove => remove.Document,
        WriteDecision.Reject reject => throw new InvalidOperationException(reject.Status.Message),
        _ => throw new InvalidOperationException(decision.GetType().Name),
    });

    public static ApiStatus Failure(WriteDecision decision) => ((WriteDecision.Reject)decision).Status;

    public StoredObject? Get(ObjectKey key) => Others.FirstOrDefault(stored => stored.Key == key);

    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") =>
        [.. Others.Where(stored => stored.Key.GroupResource == resource && (ns.Length == 0 || stored.Key.Namespace == ns))];

    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) => [];

    public static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);
}
