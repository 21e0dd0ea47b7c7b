using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.FlowControl;

/// <summary>Says of every FlowSchema whether the priority level that it names exists.</summary>
/// <remarks>Upstream: apiserver/pkg/util/flowcontrol (apf_controller.go), a part of the API server itself, which applies the condition on the server side.</remarks>
internal sealed class FlowSchemaStatus : IReconciler
{
    private const string Condition = "Dangling";

    private static readonly GroupResource Schemas = new("flowcontrol.apiserver.k8s.io", "flowschemas");
    private static readonly GroupResource Levels = new("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations");

    public string Name => "api-priority-and-fairness-config-consumer-v1";

    public IReadOnlyList<GroupResource> Watches { get; } = [Schemas, Levels];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Schemas)
        {
            return removed ? [] : [after.Key];
        }

        // A level changes what its schemas say when it comes and when it goes.
        return removed || before is null
            ? view.List(Schemas).Where(schema => LevelOf(Typed.Document(schema)) == after.Key.Name).Select(schema => schema.Key)
            : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Schemas).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } stored)
        {
            return Plan.Nothing;
        }

        var schema = Typed.Document(stored);
        var level = LevelOf(schema);
        var (status, reason, rest) = view.Get(Levels.Key("", level)) is null
            ? ("True", "NotFound", "but there is no such object")
            : ("False", "Found", "and it exists");
        var message = $"This FlowSchema references the PriorityLevelConfiguration object named \"{level}\" {rest}";
        var before = (schema["status"]?["conditions"] as JsonArray ?? []).FirstOrDefault(condition => (string?)condition?["type"] == Condition);
        if ((string?)before?["status"] == status && (string?)before["reason"] == reason && (string?)before["message"] == message)
        {
            return Plan.Nothing;
        }

        var since = (string?)before?["status"] == status ? (string?)before["lastTransitionTime"] : null;
        return new Plan
        {
            Writes =
            [
                new PlannedWrite.Apply(key, new JsonObject
                {
                    ["apiVersion"] = schema["apiVersion"]!.DeepClone(),
                    ["kind"] = schema["kind"]!.DeepClone(),
                    ["metadata"] = new JsonObject { ["name"] = key.Name, ["uid"] = schema["metadata"]!["uid"]!.DeepClone() },
                    ["status"] = new JsonObject
                    {
                        ["conditions"] = new JsonArray(new JsonObject
                        {
                            ["type"] = Condition, ["status"] = status, ["lastTransitionTime"] = since ?? now.Text(), ["reason"] = reason, ["message"] = message,
                        }),
                    },
                }, "status", Name),
            ],
        };
    }

    private static string LevelOf(JsonObject schema) => (string?)schema["spec"]?["priorityLevelConfiguration"]?["name"] ?? "";
}
