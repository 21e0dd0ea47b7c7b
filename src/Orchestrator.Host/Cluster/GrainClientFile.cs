using System.Net;
using System.Text.Json.Nodes;

namespace Orchestrator.Host.Cluster;

/// <summary>The file by which a C# program on Orchestrator.Client finds and enters the cluster: to grains what a kubeconfig is to the API.</summary>
internal static class GrainClientFile
{
    /// <summary>Writes it, for its owner alone: what is in it opens the cluster.</summary>
    public static void Write(string path, ServerSettings settings, ClusterSecrets secrets) => ClusterSecrets.Write(
        path,
        new JsonObject
        {
            ["cluster"] = secrets.ClusterId,
            ["service"] = ClusterServer.ServiceName,
            ["silos"] = new JsonArray(new IPEndPoint(settings.SiloAddress, settings.ClientPort).ToString()),
        }.ToJsonString() + "\n");
}
