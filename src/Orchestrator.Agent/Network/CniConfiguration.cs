using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Network;

/// <summary>The CNI configuration of this node: pods on our bridge, addresses of the node's own range.</summary>
internal static class CniConfiguration
{
    /// <summary>Writes it where the runtime looks; whole or not at all.</summary>
    public static async Task WriteAsync(string directory, NodeAddresses addresses, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "10-orchestrator.conflist");
        var text = Document(directory, addresses).ToJsonString();
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken) == text)
        {
            return;
        }

        await File.WriteAllTextAsync(path + ".partial", text, cancellationToken);
        File.Move(path + ".partial", path, overwrite: true);
    }

    private static JsonObject Document(string directory, NodeAddresses addresses) => new()
    {
        ["cniVersion"] = "0.4.0",
        ["name"] = addresses.Bridge,
        ["plugins"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "bridge",
                ["bridge"] = addresses.Bridge,
                ["isGateway"] = true,
                // A pod may reach itself through its Service.
                ["hairpinMode"] = true,
                // Masquerading is in our own table, where it can be replaced in one step.
                ["ipMasq"] = false,
                ["ipam"] = new JsonObject
                {
                    ["type"] = "host-local",
                    ["dataDir"] = Path.Combine(directory, "addresses"),
                    ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = addresses.PodCidr, ["gateway"] = addresses.Gateway })),
                    ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
                },
            }),
    };
}
