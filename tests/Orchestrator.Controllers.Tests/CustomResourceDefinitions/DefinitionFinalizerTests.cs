using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.CustomResourceDefinitions;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.CustomResourceDefinitions;

public sealed class DefinitionFinalizerTests
{
    private static readonly ObjectKey Widgets = new("apiextensions.k8s.io", "customresourcedefinitions", "", "widgets.a.b");
    private static readonly GroupResource Instances = new("a.b", "widgets");

    private readonly FakeCluster _cluster = new();
    private readonly DefinitionFinalizer _reconciler = new();

    [Fact]
    public void Objects_go_before_their_definition()
    {
        Put();
        var instance = _cluster.Put(Instances, """{"apiVersion":"a.b/v1","kind":"Widget","metadata":{"name":"w","namespace":"default","uid":"u-1"}}""");
        var plan = _reconciler.Reconcile(Widgets, _cluster, _cluster.Now);
        Assert.Equal("CustomResource deletion is in progress",
            (string?)Assert.IsType<PlannedWrite.Patch>(plan.Writes[0]).MergePatch["status"]!["conditions"]![0]!["message"]);
        Assert.Equal(instance.Key, Assert.IsType<PlannedWrite.Delete>(plan.Writes[1]).Key);
        Assert.NotNull(plan.RequeueAfter);
    }

    [Fact]
    public void Without_objects_the_definition_is_let_go_once_every_silo_knows()
    {
        Put();
        Assert.Empty(_reconciler.Reconcile(Widgets, _cluster, _cluster.Now).Writes);
        var patch = Assert.IsType<PlannedWrite.Patch>(Assert.Single(_reconciler.Reconcile(Widgets, _cluster, _cluster.Now.AddSeconds(2)).Writes));
        Assert.Equal("""{"metadata":{"finalizers":null}}""", patch.MergePatch.ToJsonString());
    }

    private void Put() => _cluster.Put(CustomDefinition.Resource, JsonNode.Parse("""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
         "metadata":{"name":"widgets.a.b","deletionTimestamp":"NOW","finalizers":["customresourcecleanup.apiextensions.k8s.io"]},
         "spec":{"group":"a.b","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
        """.Replace("NOW", _cluster.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal))!.AsObject());
}
