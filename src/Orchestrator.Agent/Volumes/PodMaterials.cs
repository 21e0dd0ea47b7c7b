using Google.Protobuf;
using k8s;
using k8s.Models;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Volumes;

/// <summary>What a pod references beside itself, as the control plane sent it with the pod.</summary>
/// <param name="ConfigMaps">By name; all are of the pod's namespace.</param>
/// <param name="Secrets">By name.</param>
/// <param name="Tokens">One for each projected service-account token.</param>
/// <param name="ServiceEnvironment">The variables that tell of Services.</param>
internal sealed record PodMaterials(
    IReadOnlyDictionary<string, V1ConfigMap> ConfigMaps,
    IReadOnlyDictionary<string, V1Secret> Secrets,
    IReadOnlyList<ServiceAccountToken> Tokens,
    IReadOnlyList<EnvVar> ServiceEnvironment)
{
    /// <summary>No materials.</summary>
    public static PodMaterials None { get; } = new(new Dictionary<string, V1ConfigMap>(), new Dictionary<string, V1Secret>(), [], []);

    /// <summary>Reads them from the message that brought the pod.</summary>
    public static PodMaterials From(PodUpdate update) => new(
        update.ConfigMapsJson.Select(Read<V1ConfigMap>).ToDictionary(map => map.Metadata.Name, StringComparer.Ordinal),
        update.SecretsJson.Select(Read<V1Secret>).ToDictionary(secret => secret.Metadata.Name, StringComparer.Ordinal),
        [.. update.Tokens],
        [.. update.ServiceEnvironment]);

    private static T Read<T>(ByteString json) => KubernetesJson.Deserialize<T>(json.ToStringUtf8());
}
