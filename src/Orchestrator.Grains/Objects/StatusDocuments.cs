using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Grains.Objects;

/// <summary>The wire form of a failure: the UTF-8 document of its Status.</summary>
internal static class StatusDocuments
{
    /// <summary>The document.</summary>
    public static byte[] Write(ApiStatus status) => JsonSerializer.SerializeToUtf8Bytes(status.ToJson());

    /// <summary>The code of a failed reply; zero when it carries none.</summary>
    public static int Code(byte[] failure) => (int?)JsonNode.Parse(failure)?["code"] ?? 0;

    /// <summary>The message of a failed reply.</summary>
    public static string Message(byte[] failure) => (string?)JsonNode.Parse(failure)?["message"] ?? "";

    /// <summary>The reason of a failed reply, as in <c>NotFound</c>.</summary>
    public static string Reason(byte[] failure) => (string?)JsonNode.Parse(failure)?["reason"] ?? "";

    /// <summary>True when the write was refused because its namespace is being terminated.</summary>
    public static bool IsNamespaceTerminating(byte[] failure) =>
        JsonNode.Parse(failure)?["details"]?["causes"] is JsonArray causes
        && causes.Any(cause => (string?)cause?["reason"] == "NamespaceTerminating");
}
