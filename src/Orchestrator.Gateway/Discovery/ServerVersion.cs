using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Orchestrator.Gateway.Discovery;

/// <summary>What <c>/version</c> says: the Kubernetes API that is served, and by what.</summary>
internal static class ServerVersion
{
    /// <summary>The version of the API. Clients parse it: the build word behind the plus says that it is ours.</summary>
    public const string GitVersion = "v1.36.2+orchestrator";

    /// <summary>The document.</summary>
    public static JsonObject Document() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["emulationMajor"] = "1",
        ["emulationMinor"] = "36",
        ["minCompatibilityMajor"] = "1",
        ["minCompatibilityMinor"] = "35",
        ["gitVersion"] = GitVersion,
        ["gitCommit"] = "unknown",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "dotnet " + Environment.Version,
        ["platform"] = "linux/" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
    };
}
