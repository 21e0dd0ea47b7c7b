using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.TestKit.Builders;

/// <summary>Builds a node as a document: ready, with 4 CPUs, 8 GiB and room for 110 pods unless told otherwise.</summary>
public sealed class NodeBuilder
{
    private readonly JsonObject _node;

    internal NodeBuilder(string name)
    {
        _node = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["uid"] = "uid-" + name,
                ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = name },
            },
            ["spec"] = new JsonObject(),
            ["status"] = new JsonObject
            {
                ["allocatable"] = new JsonObject { ["cpu"] = "4", ["memory"] = "8Gi", ["pods"] = "110" },
                ["conditions"] = new JsonArray(),
            },
        };
        Condition("Ready", "True");
    }

    public NodeBuilder Label(string key, string value) => With(() => _node.Child("metadata").Child("labels")[key] = value);

    public NodeBuilder Allocatable(string? cpu = null, string? memory = null, string? pods = null) => With(() =>
    {
        var allocatable = _node.Child("status").Child("allocatable");
        allocatable["cpu"] = cpu ?? (string?)allocatable["cpu"];
        allocatable["memory"] = memory ?? (string?)allocatable["memory"];
        allocatable["pods"] = pods ?? (string?)allocatable["pods"];
    });

    public NodeBuilder Taint(string key, string value, string effect) => With(() =>
        _node.Child("spec").Items("taints").Add(new JsonObject { ["key"] = key, ["value"] = value, ["effect"] = effect }));

    public NodeBuilder Unschedulable() => With(() => _node.Child("spec")["unschedulable"] = true);

    public NodeBuilder Image(string name, long size) => With(() => _node.Child("status").Items("images").Add(
        new JsonObject { ["names"] = new JsonArray(name), ["sizeBytes"] = size }));

    public NodeBuilder Condition(string type, string status, string since = "2026-01-01T00:00:00Z") => With(() =>
    {
        var conditions = _node.Child("status").Items("conditions");
        foreach (var known in conditions.Where(condition => (string?)condition!["type"] == type).ToList())
        {
            conditions.Remove(known);
        }

        conditions.Add(new JsonObject { ["type"] = type, ["status"] = status, ["lastTransitionTime"] = since });
    });

    /// <summary>The document.</summary>
    public JsonObject Build() => _node.DeepClone().AsObject();

    /// <summary>The node as stored.</summary>
    public StoredObject Stored(long revision = 1) => Documents.Stored(new GroupResource("", "nodes"), _node, revision);

    private NodeBuilder With(Action change)
    {
        change();
        return this;
    }
}
