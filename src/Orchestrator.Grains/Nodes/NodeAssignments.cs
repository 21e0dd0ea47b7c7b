using System.Text.Json.Nodes;
using Google.Protobuf;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Nodes;

/// <summary>What one agent has been told of its pods, and the messages that bring it up to date.</summary>
/// <remarks>Compares with the cache instead of replaying changes, so a missed or doubled event makes no difference.</remarks>
internal sealed class NodeAssignments(
    NodeMailbox mailbox, IWatchCache cache, ITokenIssuer tokens, ClusterNetwork network, TimeProvider clock)
{
    /// <summary>The part of its life after which a token is replaced. Upstream: pkg/kubelet/token, 80 percent.</summary>
    private const double RefreshAfter = 0.8;

    private static readonly GroupResource Pods = new("", "pods");

    private readonly Dictionary<ObjectKey, Told> told = [];

    /// <summary>Everything bound to the node: the first message of a connection.</summary>
    public async Task<ServerMessage> FullAsync(JsonObject node, CancellationToken cancellationToken)
    {
        told.Clear();
        mailbox.References.Clear();
        var assignment = new Assignment
        {
            NodeUid = (string?)node["metadata"]?["uid"] ?? "",
            PodCidr = (string?)node["spec"]?["podCIDR"] ?? "",
            ClusterDns = network.ClusterDns,
            ClusterDomain = network.ClusterDomain,
        };
        foreach (var pod in cache.Snapshot(Pods, "").Objects.Where(IsBoundHere))
        {
            assignment.Pods.Add(await TellAsync(pod.Stored, cancellationToken));
        }

        IndexReferences();
        return new ServerMessage { Assignment = assignment };
    }

    /// <summary>The messages about pods that the changed keys concern.</summary>
    public async Task<List<ServerMessage>> ChangesAsync(IReadOnlySet<ObjectKey> changed, CancellationToken cancellationToken)
    {
        var concerned = changed.Where(key => key.GroupResource == Pods)
            .Concat(told.Where(entry => entry.Value.References.All.Any(changed.Contains)).Select(entry => entry.Key))
            .ToHashSet();
        return await CompareAsync(concerned, cancellationToken);
    }

    /// <summary>The messages after a gap: compares every pod.</summary>
    public Task<List<ServerMessage>> ReviewAsync(CancellationToken cancellationToken) => CompareAsync(
        [.. told.Keys, .. cache.Snapshot(Pods, "").Objects.Where(IsBoundHere).Select(pod => pod.Stored.Key)], cancellationToken);

    /// <summary>The messages that replace tokens which have lived most of their lives.</summary>
    public async Task<List<ServerMessage>> FreshTokensAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var old = told.Where(entry => entry.Value.RefreshAt <= now).Select(entry => entry.Key).ToHashSet();
        foreach (var key in old)
        {
            told[key] = told[key] with { Print = "" };
        }

        return await CompareAsync(old, cancellationToken);
    }

    private async Task<List<ServerMessage>> CompareAsync(HashSet<ObjectKey> keys, CancellationToken cancellationToken)
    {
        var messages = new List<ServerMessage>();
        foreach (var key in keys)
        {
            var before = told.GetValueOrDefault(key);
            var pod = cache.Find(key);
            var isBound = pod is not null && IsBoundHere(pod);
            if (before is not null && (!isBound || pod!.Uid != before.Uid))
            {
                told.Remove(key);
                messages.Add(Message(new PodUpdate { Removed = true, Namespace = key.Namespace, Name = key.Name, Uid = before.Uid }));
                before = null;
            }

            if (isBound && before?.Print != Print(pod!.Stored, PodReferences.Of(Parse(pod.Stored))))
            {
                messages.Add(Message(await TellAsync(pod.Stored, cancellationToken)));
            }
        }

        if (keys.Count > 0)
        {
            IndexReferences();
        }

        return messages;
    }

    private async Task<PodUpdate> TellAsync(StoredObject stored, CancellationToken cancellationToken)
    {
        var pod = Parse(stored);
        var references = PodReferences.Of(pod);
        var uid = (string?)pod["metadata"]?["uid"] ?? "";
        var update = new PodUpdate
        {
            PodJson = ByteString.CopyFrom(stored.Document.Span),
            Namespace = stored.Key.Namespace,
            Name = stored.Key.Name,
            Uid = uid,
        };
        update.ConfigMapsJson.Add(Documents(references.ConfigMaps));
        update.SecretsJson.Add(Documents(references.Secrets));
        update.ServiceEnvironment.Add(ServiceEnvironment.For(pod, cache));
        var refreshAt = await AddTokensAsync(update, references, cancellationToken);
        told[stored.Key] = new Told(uid, Print(stored, references), references, refreshAt);
        return update;
    }

    private async Task<DateTimeOffset> AddTokensAsync(PodUpdate update, PodReferences references, CancellationToken cancellationToken)
    {
        var refreshAt = DateTimeOffset.MaxValue;
        if (references.Tokens.Count == 0 || cache.Find(references.ServiceAccount) is not { } account)
        {
            // Without the account there is no token yet; its creation is a change that the pod references.
            return refreshAt;
        }

        foreach (var wanted in references.Tokens)
        {
            var now = clock.GetUtcNow();
            var issued = await tokens.IssueAsync(
                update.Namespace,
                references.ServiceAccount.Name,
                account.Uid,
                wanted.Audience.Length > 0 ? [wanted.Audience] : [],
                wanted.Lifetime,
                update.Name,
                update.Uid,
                cancellationToken);
            update.Tokens.Add(new ServiceAccountToken
            {
                Volume = wanted.Volume,
                Path = wanted.Path,
                Token = issued.Token,
                ExpiresUnixSeconds = issued.ExpiresAt.ToUnixTimeSeconds(),
            });
            var renewal = now + ((issued.ExpiresAt - now) * RefreshAfter);
            refreshAt = renewal < refreshAt ? renewal : refreshAt;
        }

        return refreshAt;
    }

    private IEnumerable<ByteString> Documents(IEnumerable<ObjectKey> keys) => keys
        .Select(cache.Get)
        .OfType<StoredObject>()
        .Select(stored => ByteString.CopyFrom(stored.Document.Span));

    /// <summary>What the agent was told, as revisions: of the pod and of all that it references.</summary>
    private string Print(StoredObject pod, PodReferences references) => string.Join(
        ' ',
        references.All.Select(key => cache.Get(key)?.Revision ?? Revision.None).Prepend(pod.Revision));

    private void IndexReferences()
    {
        var wanted = told.Values.SelectMany(entry => entry.References.All).ToHashSet();
        foreach (var (key, _) in mailbox.References.Where(entry => !wanted.Contains(entry.Key)))
        {
            mailbox.References.TryRemove(key, out _);
        }

        foreach (var key in wanted)
        {
            mailbox.References[key] = 0;
        }
    }

    private bool IsBoundHere(CachedObject pod) => pod.Field("spec.nodeName") == mailbox.Node;

    private static ServerMessage Message(PodUpdate update) => new() { Pod = update };

    private static JsonNode Parse(StoredObject stored) => JsonNode.Parse(stored.Document.Span)!;

    private sealed record Told(string Uid, string Print, PodReferences References, DateTimeOffset RefreshAt);
}
