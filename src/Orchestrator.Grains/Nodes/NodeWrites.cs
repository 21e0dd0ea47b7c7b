using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Objects;
using Orchestrator.Store.Cache;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Nodes;

/// <summary>What one node's grain writes: its Node object, and the status and the end of the pods bound to it. All through the objects' grains.</summary>
internal sealed class NodeWrites(string node, IGrainFactory grains, IWatchCache cache, PodCidrClaims claims, TimeProvider clock)
{
    /// <summary>How often a status is merged anew when the object changed meanwhile; then the agent's next report carries it.</summary>
    private const int MergeAttempts = 5;

    private readonly ObjectKey nodeKey = new("", "nodes", "", node);
    private readonly WriteCall call = new()
    {
        User = "system:node:" + node,
        Groups = ["system:nodes", "system:authenticated"],
        FieldManager = "kubelet",
        Version = "v1",
    };

    /// <summary>Creates the Node, or brings labels, annotations and status of an existing one up to date.</summary>
    /// <returns>The Node as it stands; or why it could not be registered.</returns>
    public async Task<(JsonObject? Node, string? Obstacle)> RegisterAsync(JsonObject reported, long epoch, CancellationToken cancellationToken)
    {
        var grain = grains.GetObject(nodeKey);
        var existing = await grain.GetAsync(cancellationToken);
        var metadata = Metadata(reported, epoch);
        var podCidr = (string?)reported["spec"]?["podCIDR"];
        if (existing is null)
        {
            podCidr ??= await claims.ClaimAsync(node, cancellationToken);
            if (podCidr is null)
            {
                return (null, "the cluster's pod range is used up");
            }
        }

        var reply = existing is null
            ? await grain.CreateAsync(Serialize(NewNode(metadata, podCidr!, reported)), call, cancellationToken)
            : await grain.PatchAsync((int)PatchFormat.Merge, Serialize(Change(metadata, Parse(existing), podCidr)), call, cancellationToken);
        if (reply.Failure is { } failure)
        {
            return (null, StatusDocuments.Message(failure));
        }

        var obstacle = reported["status"] is JsonObject status ? await ReportNodeAsync(status, cancellationToken) : null;
        var registered = await grain.GetAsync(cancellationToken);
        return (registered is null ? null : Parse(registered), obstacle);
    }

    /// <summary>Writes the node's status as reported.</summary>
    /// <returns>Why it could not be written; null when it was.</returns>
    public Task<string?> ReportNodeAsync(JsonObject reported, CancellationToken cancellationToken) => MergeStatusAsync(
        nodeKey, current => StatusMerge.NodeStatus(current["status"], reported, clock.GetUtcNow()), cancellationToken);

    /// <summary>Writes that the node is no longer heard.</summary>
    /// <returns>Why it could not be written; null when it was.</returns>
    public Task<string?> ReportSilenceAsync(CancellationToken cancellationToken) => MergeStatusAsync(
        nodeKey,
        current => StatusMerge.Ready(current["status"]) == "Unknown" ? null : StatusMerge.SilentNodeStatus(current["status"], clock.GetUtcNow()),
        cancellationToken);

    /// <summary>Writes a pod's status, if the pod is bound to this node and is the one that the agent means.</summary>
    /// <returns>Why it could not be written; null when it was, or when it is not the node's to write.</returns>
    public Task<string?> ReportPodAsync(PodReport report, CancellationToken cancellationToken)
    {
        if (JsonNode.Parse(report.StatusJson.Span) is not JsonObject reported)
        {
            return Task.FromResult<string?>("the status is not a JSON object");
        }

        return MergeStatusAsync(
            new ObjectKey("", "pods", report.Namespace, report.Name),
            pod => IsOurs(pod, report.Uid) ? StatusMerge.PodStatus(pod["status"], reported, clock.GetUtcNow()) : null,
            cancellationToken);
    }

    /// <summary>Lets the API object of a pod go, of which nothing is left on the host.</summary>
    /// <returns>Why it could not; null when it is gone or not the node's.</returns>
    public async Task<string?> LetGoAsync(PodGone gone, CancellationToken cancellationToken)
    {
        var grain = grains.GetObject(new ObjectKey("", "pods", gone.Namespace, gone.Name));
        if (await grain.GetAsync(cancellationToken) is not { } current || !IsOurs(Parse(current), gone.Uid))
        {
            return null;
        }

        var reply = await grain.DeleteAsync(new DeleteCall { Uid = gone.Uid, GracePeriodSeconds = 0 }, call, cancellationToken);
        return reply.Failure is { } failure && StatusDocuments.Code(failure) is not (404 or 409) ? StatusDocuments.Message(failure) : null;
    }

    /// <summary>True when the object is the node itself or a pod bound to it: what its agent may speak about.</summary>
    public bool IsAboutOurs(string kind, string ns, string name, string uid) => kind switch
    {
        "Node" => name == node,
        "Pod" => cache.Find(new ObjectKey("", "pods", ns, name)) is { } pod && pod.Uid == uid && pod.Field("spec.nodeName") == node,
        _ => false,
    };

    private async Task<string?> MergeStatusAsync(ObjectKey key, Func<JsonObject, JsonObject?> merge, CancellationToken cancellationToken)
    {
        var grain = grains.GetObject(key);
        string? obstacle = null;
        for (var attempt = 0; attempt < MergeAttempts; attempt++)
        {
            if (Newer(await grain.GetAsync(cancellationToken), key) is not var (current, revision) || merge(current) is not { } status)
            {
                return null;
            }

            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = revision.ToString() },
                ["status"] = status,
            };
            var reply = await grain.PatchAsync((int)PatchFormat.Merge, Serialize(patch), call with { Subresource = "status" }, cancellationToken);
            if (reply.Failure is not { } failure)
            {
                return null;
            }

            obstacle = StatusDocuments.Message(failure);
            switch (StatusDocuments.Code(failure))
            {
                case 404:
                    // Gone between the read and the write: there is nobody left whose status it is.
                    return null;
                case 409:
                    break;
                default:
                    return obstacle;
            }
        }

        return obstacle;
    }

    /// <summary>
    /// The object as its grain or as the cache has it, whichever is further. A grain that is being written to still shows what was before, while
    /// the agent may already have started what the cache told it of: its report would look like one about a pod that is not bound here.
    /// </summary>
    private (JsonObject Document, Revision Revision)? Newer(ObjectReply? reply, ObjectKey key)
    {
        var cached = cache.Find(key)?.Stored;
        if (reply is not null && (cached is null || cached.Revision <= new Revision(reply.Revision)))
        {
            return (Parse(reply), new Revision(reply.Revision));
        }

        return cached is null ? null : (JsonNode.Parse(cached.Document.Span)!.AsObject(), cached.Revision);
    }

    private bool IsOurs(JsonObject pod, string uid) => (string?)pod["spec"]?["nodeName"] == node && (string?)pod["metadata"]?["uid"] == uid;

    private static JsonObject Metadata(JsonObject reported, long epoch)
    {
        var annotations = reported["metadata"]?["annotations"]?.DeepClone() as JsonObject ?? [];

        // Kept on the Node, so that a grain that has moved still refuses an older agent.
        annotations[NodeGrain.EpochAnnotation] = epoch.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["labels"] = reported["metadata"]?["labels"]?.DeepClone() as JsonObject ?? [],
            ["annotations"] = annotations,
        };
    }

    private JsonObject NewNode(JsonObject metadata, string podCidr, JsonObject reported)
    {
        metadata["name"] = node;
        var document = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["podCIDR"] = podCidr, ["podCIDRs"] = new JsonArray(podCidr) },
        };
        if (reported["spec"]?["taints"] is { } taints)
        {
            document["spec"]!["taints"] = taints.DeepClone();
        }

        if (reported["spec"]?["providerID"] is { } provider)
        {
            document["spec"]!["providerID"] = provider.DeepClone();
        }

        return document;
    }

    /// <summary>The patch of an existing Node; its pod range is filled in only when it has none, because it may not change.</summary>
    private static JsonObject Change(JsonObject metadata, JsonObject existing, string? podCidr)
    {
        var patch = new JsonObject { ["metadata"] = metadata };
        if (podCidr is not null && (string?)existing["spec"]?["podCIDR"] is null or "")
        {
            patch["spec"] = new JsonObject { ["podCIDR"] = podCidr, ["podCIDRs"] = new JsonArray(podCidr) };
        }

        return patch;
    }

    private static JsonObject Parse(ObjectReply reply) => JsonNode.Parse(reply.Document)!.AsObject();

    private static Immutable<byte[]> Serialize(JsonObject document) => new(JsonSerializer.SerializeToUtf8Bytes(document));
}
