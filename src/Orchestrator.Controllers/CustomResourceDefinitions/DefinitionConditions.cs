using System.Text.Json.Nodes;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.CustomResourceDefinitions;

/// <summary>The conditions of a definition as they are to be: what does not change keeps its place and its time.</summary>
internal sealed class DefinitionConditions
{
    private readonly DateTimeOffset now;

    public DefinitionConditions(JsonArray? before, DateTimeOffset now)
    {
        this.now = now;
        Document = before?.DeepClone() as JsonArray ?? [];
    }

    public JsonArray Document { get; }

    public void Set(string type, string status, string reason, string message)
    {
        var known = Find(type);
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastTransitionTime"] = (string?)known?["status"] == status ? known!["lastTransitionTime"]?.DeepClone() : now.Text(),
            ["reason"] = reason,
            ["message"] = message,
        };
        if (known is null)
        {
            Document.Add((JsonNode)condition);
            return;
        }

        foreach (var field in (string[])["status", "lastTransitionTime", "reason", "message"])
        {
            known[field] = condition[field]?.DeepClone();
        }
    }

    /// <summary>Sets a condition that has not this status already.</summary>
    public void SetUnless(string standing, string type, string status, string reason, string message)
    {
        if ((string?)Find(type)?["status"] != standing)
        {
            Set(type, status, reason, message);
        }
    }

    private JsonObject? Find(string type) => Document.OfType<JsonObject>().FirstOrDefault(condition => (string?)condition["type"] == type);
}
