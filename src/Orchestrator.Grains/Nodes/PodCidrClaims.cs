using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Hosting;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;

namespace Orchestrator.Grains.Nodes;

/// <summary>Gives each node a pod range of its own. A range is taken by creating its claim in the store, so two nodes never get the same one.</summary>
/// <remarks>Claims are rows of ours, not API objects. A claim whose node no longer exists is taken over.</remarks>
internal sealed class PodCidrClaims(IObjectStore store, IWatchCache cache, ClusterNetwork network)
{
    private const string Group = "internal.orchestrator";
    private static readonly GroupResource Claims = new(Group, "podcidrclaims");

    /// <summary>The node's range; null when the cluster's range is used up.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public async Task<string?> ClaimAsync(string node, CancellationToken cancellationToken)
    {
        var held = cache.List(Claims).ToDictionary(claim => claim.Key.Name, claim => (Claim: claim, Node: NodeOf(claim)));
        if (held.Values.FirstOrDefault(claim => claim.Node == node).Claim is { } own)
        {
            return CidrOf(own);
        }

        var assigned = cache.List(new GroupResource("", "nodes")).Select(item => (string?)JsonNode.Parse(item.Document.Span)!["spec"]?["podCIDR"]).ToHashSet();
        foreach (var cidr in PodCidrs.Of(network.PodCidr, network.NodePrefixLength))
        {
            var before = held.GetValueOrDefault(NameOf(cidr));
            var isFree = !assigned.Contains(cidr) && (before.Claim is null || cache.Get(new ObjectKey("", "nodes", "", before.Node)) is null);
            if (isFree && await TryClaimAsync(cidr, node, before.Claim?.Revision ?? Revision.None, cancellationToken))
            {
                return cidr;
            }
        }

        return null;
    }

    private async Task<bool> TryClaimAsync(string cidr, string node, Revision expected, CancellationToken cancellationToken)
    {
        var document = new JsonObject
        {
            ["apiVersion"] = Group + "/v1",
            ["kind"] = "PodCidrClaim",
            ["metadata"] = new JsonObject { ["name"] = NameOf(cidr), ["uid"] = Guid.NewGuid().ToString() },
            ["cidr"] = cidr,
            ["node"] = node,
        };
        var outcome = await store.CommitAsync(
            new CommitRequest
            {
                Key = new ObjectKey(Group, Claims.Resource, "", NameOf(cidr)),
                Expected = expected,
                Document = JsonSerializer.SerializeToUtf8Bytes(document),
                User = "system:node:" + node,
            },
            cancellationToken);
        return outcome switch
        {
            CommitOutcome.Committed => true,
            CommitOutcome.Conflict conflict => conflict.Current is { } current && NodeOf(current) == node,
            CommitOutcome.Overloaded => throw new StoreUnavailableException("the commit queue is full"),
            _ => false,
        };
    }

    private static string NameOf(string cidr) => cidr.Replace('/', '-');

    private static string NodeOf(StoredObject claim) => (string?)JsonNode.Parse(claim.Document.Span)!["node"] ?? "";

    private static string? CidrOf(StoredObject claim) => (string?)JsonNode.Parse(claim.Document.Span)!["cidr"];
}
