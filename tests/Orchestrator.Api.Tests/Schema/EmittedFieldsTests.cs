using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Schema;
using Xunit;

namespace Orchestrator.Api.Tests.Schema;

public sealed class EmittedFieldsTests
{
    [Theory]
    [InlineData("", "Pod", """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""", """{"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null}]},"spec":{"containers":null}}""")]
    [InlineData("", "Event", """{"eventTime":"2026-01-02T03:04:05.000000Z","involvedObject":{"kind":"Pod"}}""",
        """{"eventTime":"2026-01-02T03:04:05.000000Z","involvedObject":{"kind":"Pod"},"source":{},"firstTimestamp":null,"lastTimestamp":null,"reportingComponent":"","reportingInstance":""}""")]
    [InlineData("", "ResourceQuota", "{}", """{"spec":{},"status":{}}""")]
    [InlineData("", "ConfigMap", """{"data":{"a":"1"}}""", """{"data":{"a":"1"}}""")]
    [InlineData("networking.k8s.io", "Ingress", """{"spec":{}}""", """{"spec":{},"status":{"loadBalancer":{}}}""")]
    public void Fields_that_go_always_writes_are_added(string group, string kind, string document, string expected)
    {
        var obj = JsonNode.Parse(document)!.AsObject();
        EmittedFields.Complete(obj, OpenApiSchemas.For(new GroupVersionKind(group, "v1", kind)));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), obj), obj.ToJsonString());
        var again = obj.DeepClone().AsObject();
        EmittedFields.Complete(again, OpenApiSchemas.For(new GroupVersionKind(group, "v1", kind)));
        Assert.True(JsonNode.DeepEquals(obj, again), "twice is not once");
    }

    [Fact]
    public void A_required_list_without_items_is_stored_as_null()
    {
        var obj = JsonNode.Parse("""{"spec":{"drivers":[]}}""")!.AsObject();
        EmittedFields.Settle(obj, OpenApiSchemas.For(new GroupVersionKind("storage.k8s.io", "v1", "CSINode")));
        Assert.Equal("""{"spec":{"drivers":null}}""", obj.ToJsonString());
    }

    [Fact]
    public void Empty_maps_are_left_out_and_empty_structs_are_not()
    {
        var obj = JsonNode.Parse("""{"data":{},"metadata":{"labels":{}}}""")!.AsObject();
        EmittedFields.OmitEmpty(obj, OpenApiSchemas.For(new GroupVersionKind("", "v1", "ConfigMap")));
        Assert.Equal("""{"metadata":{}}""", obj.ToJsonString());
    }
}
