using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Selectors;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Reads;

/// <summary>The Leases of nodes, made when they are read from what the nodes' grains have heard: heartbeats of our agents are stored nowhere.</summary>
/// <remarks>A Lease that is stored, as a kubelet of Kubernetes renews it, comes first. Watches show stored Leases alone.</remarks>
internal static class NodeLeases
{
    private const string Namespace = "kube-node-lease";
    private const int DurationSeconds = 40;

    /// <summary>How many grains are asked at once for a list.</summary>
    private const int Parallelism = 64;

    private static readonly GroupResource Leases = new("coordination.k8s.io", "leases");
    private static readonly GroupResource Nodes = new("", "nodes");

    /// <summary>The Lease that a request names, or null when it names no live node.</summary>
    public static async ValueTask<CachedObject?> FindAsync(GatewayServices gateway, ApiRequest request) =>
        request.Kind.StorageResource == Leases && request.Namespace == Namespace
        && gateway.Cache.Find(new ObjectKey(Nodes.Group, Nodes.Resource, "", request.Target.Name)) is { } node
            ? await OfAsync(gateway, node)
            : null;

    /// <summary>A list of Leases with those of the live nodes among them.</summary>
    public static async ValueTask<ListSnapshot> CompleteAsync(GatewayServices gateway, ApiRequest request, ListSnapshot stored)
    {
        if (request.Kind.StorageResource != Leases || request.Namespace is not ("" or Namespace))
        {
            return stored;
        }

        var known = stored.Objects.Where(lease => lease.Stored.Key.Namespace == Namespace).Select(lease => lease.Stored.Key.Name).ToHashSet();
        var made = new ConcurrentBag<CachedObject>();
        await Parallel.ForEachAsync(
            gateway.Cache.Snapshot(Nodes, "").Objects.Where(node => !known.Contains(node.Stored.Key.Name)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = request.Aborted },
            async (node, _) =>
            {
                if (await OfAsync(gateway, node) is { } lease)
                {
                    made.Add(lease);
                }
            });
        return made.IsEmpty
            ? stored
            : stored with
            {
                Objects = [.. stored.Objects.Concat(made).OrderBy(ListPage.Place, StringComparer.Ordinal)],
            };
    }

    private static async ValueTask<CachedObject?> OfAsync(GatewayServices gateway, CachedObject node) =>
        await gateway.Grains.Node(node.Stored.Key.Name).LastHeardAsync() is { } heard ? Make(node, heard) : null;

    private static CachedObject Make(CachedObject node, DateTimeOffset heard)
    {
        var name = node.Stored.Key.Name;
        var created = (string?)JsonNode.Parse(node.Stored.Document.Span)!["metadata"]!["creationTimestamp"];
        var document = AnswerWriter.Encode(new JsonObject
        {
            ["kind"] = "Lease",
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Namespace,
                ["uid"] = node.Uid,
                ["resourceVersion"] = node.Stored.Revision.ToString(),
                ["creationTimestamp"] = created,
                ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = name, ["uid"] = node.Uid }),
            },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = name,
                ["leaseDurationSeconds"] = DurationSeconds,
                ["renewTime"] = heard.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            },
        });
        return new CachedObject
        {
            Stored = new StoredObject(new ObjectKey(Leases.Group, Leases.Resource, Namespace, name), node.Stored.Revision, document),
            Uid = node.Uid,
            Labels = new Dictionary<string, string>(),
            OwnerUids = [node.Uid],
            Field = field => SelectableFields.Value(Leases, document, field),
        };
    }
}
