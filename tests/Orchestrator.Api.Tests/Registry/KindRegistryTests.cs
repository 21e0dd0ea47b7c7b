using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Xunit;

namespace Orchestrator.Api.Tests.Registry;

public sealed class KindRegistryTests
{
    [Theory]
    [InlineData("", "v1", "pods", "Pod", true, true)]
    [InlineData("", "v1", "nodes", "Node", false, true)]
    [InlineData("apps", "v1", "deployments", "Deployment", true, true)]
    [InlineData("", "v1", "configmaps", "ConfigMap", true, false)]
    public void Built_in_kinds_are_known(string group, string version, string resource, string kind, bool namespaced, bool status)
    {
        var found = KindRegistry.BuiltIn.Find(group, version, resource);
        Assert.Equal((kind, namespaced, status), (found?.Kind, found?.Namespaced, found?.HasStatus));
        Assert.Same(found, KindRegistry.BuiltIn.Find(new GroupVersionKind(group, version, kind)));
    }

    [Theory]
    [InlineData("events.k8s.io", "v1", "events", "events", "v1")]
    [InlineData("autoscaling", "v1", "horizontalpodautoscalers", "horizontalpodautoscalers.autoscaling", "autoscaling/v2")]
    [InlineData("apps", "v1", "deployments", "deployments.apps", "apps/v1")]
    public void Views_of_one_resource_share_storage(string group, string version, string resource, string storage, string apiVersion)
    {
        var kind = KindRegistry.BuiltIn.Find(group, version, resource)!;
        Assert.Equal((storage, apiVersion), (kind.StorageResource.ToString(), kind.StorageApiVersion));
    }

    [Fact]
    public void A_scale_subresource_answers_with_a_scale() =>
        Assert.Equal(new GroupVersionKind("autoscaling", "v1", "Scale"), KindRegistry.BuiltIn.Find("apps", "v1", "deployments")!.Subresource("scale")!.Response);

    [Fact]
    public void A_custom_kind_can_be_added_and_taken_away()
    {
        var widgets = new GroupResource("example.com", "widgets");
        var with = KindRegistry.BuiltIn.With(
            [new ResourceKind { Group = "example.com", Version = "v1", Kind = "Widget", Resource = "widgets", StorageResource = widgets, StorageApiVersion = "example.com/v1" }]);
        Assert.Equal("Widget", with.Preferred(widgets)?.Kind);
        Assert.Null(with.Without(widgets).Preferred(widgets));
        Assert.Null(KindRegistry.BuiltIn.Preferred(widgets));
    }
}
