using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.FlowControl;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.FlowControl;

public sealed class FlowSchemaStatusTests
{
    private static readonly ObjectKey Schema = new("flowcontrol.apiserver.k8s.io", "flowschemas", "", "fs");
    private static readonly ObjectKey Level = new("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "", "pl");
    private readonly FakeCluster _cluster = new();
    private readonly FlowSchemaStatus _reconciler = new();

    [Theory]
    [InlineData(true, "False", "Found", "This FlowSchema references the PriorityLevelConfiguration object named \"pl\" and it exists")]
    [InlineData(false, "True", "NotFound", "This FlowSchema references the PriorityLevelConfiguration object named \"pl\" but there is no such object")]
    public void A_schema_says_whether_its_level_exists(bool exists, string status, string reason, string message)
    {
        Put();
        if (exists)
        {
            _cluster.Put(Level.GroupResource, """{"metadata":{"name":"pl"}}""");
        }

        var apply = Assert.IsType<PlannedWrite.Apply>(Assert.Single(_reconciler.Reconcile(Schema, _cluster, _cluster.Now).Writes));
        var condition = apply.Configuration["status"]!["conditions"]![0]!;
        Assert.Equal(("status", "api-priority-and-fairness-config-consumer-v1"), (apply.Subresource, apply.FieldManager));
        Assert.Equal(("Dangling", status, reason, message), ((string?)condition["type"], (string?)condition["status"], (string?)condition["reason"], (string?)condition["message"]));
        _cluster.Change(Schema, document => document["status"] = apply.Configuration["status"]!.DeepClone());
        Assert.Empty(_reconciler.Reconcile(Schema, _cluster, _cluster.Now.AddHours(1)).Writes);
    }

    [Fact]
    public void A_level_that_comes_or_goes_wakes_its_schemas()
    {
        Put();
        var level = _cluster.Put(Level.GroupResource, """{"metadata":{"name":"pl"}}""");
        var other = _cluster.Put(Level.GroupResource, """{"metadata":{"name":"other"}}""");
        Assert.Equal([Schema], _reconciler.KeysFor(null, level, false, _cluster));
        Assert.Equal([Schema], _reconciler.KeysFor(level, level, true, _cluster));
        Assert.Empty(_reconciler.KeysFor(level, level, false, _cluster));
        Assert.Empty(_reconciler.KeysFor(null, other, false, _cluster));
    }

    private void Put() => _cluster.Put(Schema.GroupResource, (JsonObject)JsonNode.Parse(
        """{"apiVersion":"flowcontrol.apiserver.k8s.io/v1","kind":"FlowSchema","metadata":{"name":"fs"},"spec":{"priorityLevelConfiguration":{"name":"pl"}}}""")!);
}
