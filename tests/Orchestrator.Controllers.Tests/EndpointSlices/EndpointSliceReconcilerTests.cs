using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Endpoints;
using Orchestrator.Controllers.EndpointSlices;
using Orchestrator.Controllers.Tests.Harness;
using Orchestrator.TestKit.Builders;
using static Orchestrator.TestKit.Builders.Make;

namespace Orchestrator.Controllers.Tests.EndpointSlices;

public sealed class EndpointSliceReconcilerTests
{
    private static readonly ObjectKey Key = new("", "services", "default", "web");
    private static readonly GroupResource Slices = new("discovery.k8s.io", "endpointslices");
    private static readonly GroupResource PodResource = new("", "pods");
    private readonly FakeCluster _cluster = new();

    [Fact]
    public void A_ready_pod_is_an_endpoint_with_its_port_by_name()
    {
        Service("""{"selector":{"app":"web"},"clusterIP":"10.96.0.5","ports":[{"name":"http","port":80,"targetPort":"web","protocol":"TCP"}]}""");
        Pod("a", "10.0.0.1", ready: true);
        Pod("b", "10.0.0.2", ready: false);
        Reconcile();

        var slice = FakeCluster.Read(Assert.Single(_cluster.List(Slices)));
        Assert.Equal("web", (string?)slice["metadata"]!["labels"]!["kubernetes.io/service-name"]);
        Assert.Equal("""[{"name":"http","port":8080,"protocol":"TCP"}]""", slice["ports"]!.ToJsonString());
        Assert.Equal(["10.0.0.1:True", "10.0.0.2:False"], Endpoints(slice));
        Assert.Equal("n1", (string?)slice["endpoints"]![0]!["nodeName"]);

        var endpoints = _cluster.Read(new ObjectKey("", "endpoints", "default", "web"));
        Assert.Equal("10.0.0.1", (string?)endpoints["subsets"]![0]!["addresses"]![0]!["ip"]);
        Assert.Equal("10.0.0.2", (string?)endpoints["subsets"]![0]!["notReadyAddresses"]![0]!["ip"]);
    }

    [Fact]
    public void A_second_pass_writes_nothing()
    {
        Service("""{"selector":{"app":"web"},"clusterIP":"10.96.0.5","ports":[{"port":80,"protocol":"TCP"}]}""");
        Pod("a", "10.0.0.1", ready: true);
        Reconcile();
        Assert.Empty(new EndpointSliceReconciler().Reconcile(Key, _cluster, _cluster.Now).Writes);
        Assert.Empty(new EndpointsReconciler().Reconcile(Key, _cluster, _cluster.Now).Writes);
    }

    [Fact]
    public void A_terminating_pod_serves_but_is_not_ready()
    {
        Service("""{"selector":{"app":"web"},"clusterIP":"10.96.0.5","ports":[{"port":80}]}""");
        _cluster.Put(PodResource, MakePod("a").Label("app", "web").OnNode("n1").Phase("Running").Ip("10.0.0.1").Ready().Deleting().Build());
        Reconcile();
        var conditions = FakeCluster.Read(Assert.Single(_cluster.List(Slices)))["endpoints"]![0]!["conditions"]!;
        Assert.Equal("""{"ready":false,"serving":true,"terminating":true}""", conditions.ToJsonString());
    }

    [Fact]
    public void A_service_without_pods_has_one_empty_slice_that_is_filled_later()
    {
        Service("""{"selector":{"app":"web"},"clusterIP":"None","ports":[{"port":80}]}""");
        Reconcile();
        Assert.Empty(FakeCluster.Read(Assert.Single(_cluster.List(Slices)))["endpoints"]!.AsArray());
        Pod("a", "10.0.0.1", ready: true);
        Reconcile();
        var slice = FakeCluster.Read(Assert.Single(_cluster.List(Slices)));
        Assert.Single(slice["endpoints"]!.AsArray());
        Assert.Equal("", (string?)slice["metadata"]!["labels"]!["service.kubernetes.io/headless"]);
        _cluster.Remove(new ObjectKey("", "pods", "default", "a"));
        Reconcile();
        Assert.Empty(FakeCluster.Read(Assert.Single(_cluster.List(Slices)))["endpoints"]!.AsArray());
    }

    [Fact]
    public void More_than_a_hundred_endpoints_take_several_slices_and_stay_where_they_are()
    {
        Service("""{"selector":{"app":"web"},"clusterIP":"10.96.0.5","ports":[{"port":80}]}""");
        for (var i = 0; i < 250; i++)
        {
            Pod($"p{i:D3}", $"10.0.{i / 250}.{i % 250}", ready: true);
        }

        Reconcile();
        Assert.Equal([50, 100, 100], Sizes());
        _cluster.Remove(new ObjectKey("", "pods", "default", "p000"));
        Assert.Single(new EndpointSliceReconciler().Reconcile(Key, _cluster, _cluster.Now).Writes);
        Reconcile();
        Assert.Equal([50, 99, 100], Sizes());
        Pod("q", "10.0.9.9", ready: true);
        Reconcile();
        Assert.Equal([50, 100, 100], Sizes());
    }

    [Fact]
    public void A_change_of_a_pod_wakes_the_services_that_selected_it_before_or_after()
    {
        Service("""{"selector":{"app":"web"},"clusterIP":"10.96.0.5","ports":[{"port":80}]}""");
        var before = MakePod("a").Label("app", "web").Stored();
        var after = MakePod("a").Label("app", "other").Stored(2);
        Assert.Equal([Key], new EndpointSliceReconciler().KeysFor(before, after, removed: false, _cluster));
        Assert.Empty(new EndpointSliceReconciler().KeysFor(null, after, removed: false, _cluster));
    }

    private IEnumerable<int> Sizes() => _cluster.List(Slices).Select(FakeCluster.Read).Select(slice => slice["endpoints"]!.AsArray().Count).Order();

    private static IEnumerable<string> Endpoints(JsonObject slice) => slice["endpoints"]!.AsArray()
        .Select(endpoint => string.Create(CultureInfo.InvariantCulture, $"{endpoint!["addresses"]![0]}:{(bool)endpoint["conditions"]!["ready"]!}"));

    private void Reconcile()
    {
        Assert.True(_cluster.Apply(new EndpointSliceReconciler().Reconcile(Key, _cluster, _cluster.Now)));
        Assert.True(_cluster.Apply(new EndpointsReconciler().Reconcile(Key, _cluster, _cluster.Now)));
    }

    private void Service(string spec) => _cluster.Put(Key.GroupResource, $$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default","labels":{"team":"x"} },"spec":{{spec}} }
        """);

    private void Pod(string name, string ip, bool ready) => _cluster.Put(
        PodResource, MakePod(name).Label("app", "web").OnNode("n1").Phase("Running").Port(8080, "web").Ip(ip).Ready(ready).Build());
}
