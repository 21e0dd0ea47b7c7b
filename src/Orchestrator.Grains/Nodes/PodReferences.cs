using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Nodes;

/// <summary>What a pod needs besides itself: the ConfigMaps, Secrets and service-account tokens that its spec names, and nothing else.</summary>
/// <remarks>Upstream's node authorizer draws the same line: a node may read what its pods reference (plugin/pkg/auth/authorizer/node).</remarks>
internal sealed record PodReferences
{
    /// <summary>The ConfigMaps.</summary>
    public required IReadOnlyList<ObjectKey> ConfigMaps { get; init; }

    /// <summary>The Secrets.</summary>
    public required IReadOnlyList<ObjectKey> Secrets { get; init; }

    /// <summary>The tokens of its projected volumes.</summary>
    public required IReadOnlyList<ProjectedToken> Tokens { get; init; }

    /// <summary>Its service account, whose uid the tokens carry.</summary>
    public required ObjectKey ServiceAccount { get; init; }

    /// <summary>Everything whose change concerns the pod.</summary>
    public IEnumerable<ObjectKey> All => [.. ConfigMaps, .. Secrets, .. Tokens.Count > 0 ? [ServiceAccount] : Array.Empty<ObjectKey>()];

    /// <summary>Reads a pod's references.</summary>
    public static PodReferences Of(JsonNode pod)
    {
        var ns = (string?)pod["metadata"]?["namespace"] ?? "";
        var spec = pod["spec"];
        var configMaps = new SortedSet<string>(StringComparer.Ordinal);
        var secrets = new SortedSet<string>(StringComparer.Ordinal);
        var tokens = new List<ProjectedToken>();
        foreach (var volume in Items(spec?["volumes"]))
        {
            AddVolume(volume, configMaps, secrets, tokens);
        }

        foreach (var container in Items(spec?["initContainers"]).Concat(Items(spec?["containers"])).Concat(Items(spec?["ephemeralContainers"])))
        {
            AddContainer(container, configMaps, secrets);
        }

        foreach (var secret in Items(spec?["imagePullSecrets"]))
        {
            Add(secrets, secret["name"]);
        }

        return new PodReferences
        {
            ConfigMaps = [.. configMaps.Select(name => new ObjectKey("", "configmaps", ns, name))],
            Secrets = [.. secrets.Select(name => new ObjectKey("", "secrets", ns, name))],
            Tokens = tokens,
            ServiceAccount = new ObjectKey("", "serviceaccounts", ns, (string?)spec?["serviceAccountName"] ?? "default"),
        };
    }

    private static void AddVolume(JsonNode volume, SortedSet<string> configMaps, SortedSet<string> secrets, List<ProjectedToken> tokens)
    {
        Add(configMaps, volume["configMap"]?["name"]);
        Add(secrets, volume["secret"]?["secretName"]);
        foreach (var source in Items(volume["projected"]?["sources"]))
        {
            Add(configMaps, source["configMap"]?["name"]);
            Add(secrets, source["secret"]?["name"]);
            if (source["serviceAccountToken"] is { } token)
            {
                tokens.Add(new ProjectedToken(
                    (string?)volume["name"] ?? "",
                    (string?)token["path"] ?? "",
                    (string?)token["audience"] ?? "",
                    TimeSpan.FromSeconds((long?)token["expirationSeconds"] ?? 3_600)));
            }
        }
    }

    private static void AddContainer(JsonNode container, SortedSet<string> configMaps, SortedSet<string> secrets)
    {
        foreach (var source in Items(container["envFrom"]))
        {
            Add(configMaps, source["configMapRef"]?["name"]);
            Add(secrets, source["secretRef"]?["name"]);
        }

        foreach (var variable in Items(container["env"]))
        {
            Add(configMaps, variable["valueFrom"]?["configMapKeyRef"]?["name"]);
            Add(secrets, variable["valueFrom"]?["secretKeyRef"]?["name"]);
        }
    }

    private static void Add(SortedSet<string> names, JsonNode? name)
    {
        if ((string?)name is { Length: > 0 } text)
        {
            names.Add(text);
        }
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => list is JsonArray array ? array.OfType<JsonNode>() : [];
}

/// <summary>A token that a projected volume asks for.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Path">The file in the volume.</param>
/// <param name="Audience">Who is meant to accept the token; empty: the API.</param>
/// <param name="Lifetime">How long it is to be good.</param>
internal sealed record ProjectedToken(string Volume, string Path, string Audience, TimeSpan Lifetime);
