using System.Text;
using Google.Protobuf;
using k8s;
using k8s.Models;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Agent.Tests.Pods;

/// <summary>Pods and what they reference, as the control plane sends them.</summary>
internal static class PodTexts
{
    public static PodFacts Facts { get; } = new("node-1", ["10.42.0.7", "fd00::7"], ["192.0.2.1"], new Quantity(2), Quantity.Parse("4Gi"));

    /// <summary>A pod with one container; both texts are members of a JSON object.</summary>
    public static V1Pod Pod(string container = "", string spec = "", string metadata = "") => KubernetesJson.Deserialize<V1Pod>(
        $$$"""
        {"metadata":{"namespace":"shop","name":"web-0","uid":"u-1"{{{Member(metadata)}}}},
         "spec":{"serviceAccountName":"robot","containers":[{"name":"web","image":"busybox"{{{Member(container)}}}}]{{{Member(spec)}}}}}
        """);

    public static V1Container Container(string members) => Pod(members).Spec.Containers[0];

    public static PodMaterials Materials { get; } = MaterialsOf(
        ["""{"metadata":{"name":"settings"},"data":{"color":"blue","a.b":"dotted"},"binaryData":{"raw":"AAEC"}}"""],
        [$$$"""{"metadata":{"name":"keys"},"data":{"password":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes("s3cret"))}}}"}}"""]);

    public static PodMaterials MaterialsOf(IEnumerable<string> configMaps, IEnumerable<string> secrets)
    {
        var update = new PodUpdate();
        update.ConfigMapsJson.AddRange(configMaps.Select(ByteString.CopyFromUtf8));
        update.SecretsJson.AddRange(secrets.Select(ByteString.CopyFromUtf8));
        update.Tokens.Add(new ServiceAccountToken { Volume = "token", Path = "token", Token = "eyJ" });
        update.ServiceEnvironment.Add(new EnvVar { Name = "DB_SERVICE_HOST", Value = "10.96.0.9" });
        return PodMaterials.From(update);
    }

    private static string Member(string text) => text.Length == 0 ? "" : "," + text;
}
