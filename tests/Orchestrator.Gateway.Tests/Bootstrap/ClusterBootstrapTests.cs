using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Bootstrap;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Bootstrap;

public sealed class ClusterBootstrapTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_that_does_not_answer_any_more_is_no_longer_offered()
    {
        // An address for documents: nothing answers there.
        const string Gone = "192.0.2.250";
        var slice = new ObjectKey("discovery.k8s.io", "endpointslices", "default", "kubernetes");
        gateway.Seed(slice.Resource, slice.Namespace, slice.Name, $$"""{"endpoints":[{"addresses":["{{Gone}}"]}]}""", slice.Group);

        await ClusterBootstrap.EnsureAsync(gateway.AppServices, Token);

        var addresses = JsonNode.Parse(gateway.Cluster.Find(slice)!.Stored.Document.Span)!["endpoints"]!.AsArray().Select(one => (string)one!["addresses"]![0]!);
        Assert.DoesNotContain(Gone, addresses);
    }

    [Fact]
    public async Task Two_silos_at_once_make_each_object_once_and_a_second_start_changes_nothing()
    {
        await Task.WhenAll(ClusterBootstrap.EnsureAsync(gateway.AppServices, Token), ClusterBootstrap.EnsureAsync(gateway.AppServices, Token));
        var revision = gateway.Cluster.Revision;

        Assert.NotNull(gateway.Cluster.Find(new ObjectKey("", "namespaces", "", "kube-node-lease")));
        Assert.NotNull(gateway.Cluster.Find(new ObjectKey("", "services", "default", "kubernetes")));
        Assert.NotNull(gateway.Cluster.Find(new ObjectKey("scheduling.k8s.io", "priorityclasses", "", "system-node-critical")));

        // What an administrator removed from a default role comes back.
        var role = new ObjectKey("rbac.authorization.k8s.io", "clusterroles", "", "system:discovery");
        var document = JsonNode.Parse(gateway.Cluster.Find(role)!.Stored.Document.Span)!.AsObject();
        document["rules"] = new JsonArray();
        gateway.Cluster.Put(role, document);
        await ClusterBootstrap.EnsureAsync(gateway.AppServices, Token);

        Assert.Single(JsonNode.Parse(gateway.Cluster.Find(role)!.Stored.Document.Span)!["rules"]!.AsArray());
        Assert.True(gateway.Cluster.Revision.Value <= revision.Value + 4, "only the role and the API's addresses are written again");
    }
}
