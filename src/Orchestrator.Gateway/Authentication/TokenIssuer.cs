using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Views;
using Orchestrator.Grains.Tokens;

namespace Orchestrator.Gateway.Authentication;

/// <summary>Signs service-account tokens with the cluster's key.</summary>
/// <remarks>Upstream: pkg/serviceaccount/claims.go. All silos hold the same key, so a token is good at each of them.</remarks>
internal sealed class TokenIssuer : ITokenIssuer
{
    /// <summary>Who signs: the API as pods name it.</summary>
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private readonly SigningCredentials credentials;
    private readonly TimeProvider clock;
    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly IClusterView? cluster;

    /// <summary>An issuer.</summary>
    /// <param name="key">The cluster's key.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cluster">Where the node of a pod is looked up, which its tokens name; null: they name none.</param>
    public TokenIssuer(ECDsa key, TimeProvider clock, IClusterView? cluster = null)
    {
        this.cluster = cluster;
        credentials = new SigningCredentials(SecretTokenSigner.SigningKey(key), SecurityAlgorithms.EcdsaSha256);
        this.clock = clock;
    }

    /// <summary>The key by which tokens are checked.</summary>
    public ECDsaSecurityKey Key => (ECDsaSecurityKey)credentials.Key;

    /// <inheritdoc />
    public ValueTask<IssuedToken> IssueAsync(string ns, string serviceAccount, string serviceAccountUid, IReadOnlyList<string> audiences, TimeSpan lifetime,
        string podName, string podUid, CancellationToken cancellationToken)
    {
        var bound = podName.Length == 0 ? null : new BoundObject("pod", podName, podUid);
        return ValueTask.FromResult(Issue(ns, serviceAccount, serviceAccountUid, audiences, lifetime, bound));
    }

    /// <summary>Issues a token that dies with an object: a pod, a secret or a node.</summary>
    public IssuedToken Issue(string ns, string serviceAccount, string serviceAccountUid, IReadOnlyList<string> audiences, TimeSpan lifetime, BoundObject? bound)
    {
        var now = clock.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        var owner = new JsonObject
        {
            ["namespace"] = ns,
            ["serviceaccount"] = new JsonObject { ["name"] = serviceAccount, ["uid"] = serviceAccountUid },
        };
        if (bound is not null)
        {
            owner[bound.Kind] = new JsonObject { ["name"] = bound.Name, ["uid"] = bound.Uid };
            if (bound.Kind == "pod" && NodeOf(ns, bound.Name) is { } node)
            {
                owner["node"] = node;
            }
        }

        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. (audiences.Count == 0 ? [Issuer] : audiences).Select(audience => JsonValue.Create(audience))]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = owner,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = ServiceAccountNames.UserOf(ns, serviceAccount),
        };
        return new IssuedToken(handler.CreateToken(claims.ToJsonString(), credentials), expires);
    }

    /// <summary>The node that a pod runs on, as the claim names it. Upstream: ServiceAccountTokenPodNodeInfo.</summary>
    private JsonObject? NodeOf(string ns, string pod)
    {
        if (cluster?.Get(new ObjectKey("", "pods", ns, pod)) is not { } stored
            || (string?)JsonNode.Parse(stored.Document.Span)!["spec"]?["nodeName"] is not { Length: > 0 } name)
        {
            return null;
        }

        var claim = new JsonObject { ["name"] = name };
        if (cluster.Get(new ObjectKey("", "nodes", "", name)) is { } node)
        {
            claim["uid"] = JsonNode.Parse(node.Document.Span)!["metadata"]!["uid"]?.DeepClone();
        }

        return claim;
    }
}

/// <summary>What a token dies with.</summary>
/// <param name="Kind">pod, secret or node, as the claim names it.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Uid">Its uid.</param>
internal sealed record BoundObject(string Kind, string Name, string Uid);
