using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Services;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.Services;

public sealed class MissingClaimsTests
{
    private static readonly GroupResource Addresses = new("networking.k8s.io", "ipaddresses");
    private static readonly GroupResource Ports = new("orchestrator", "nodeports");
    private static readonly ObjectKey Web = new("", "services", "default", "web");
    private readonly FakeCluster _cluster = new();
    private readonly MissingClaims _reconciler = new();

    public MissingClaimsTests() => _cluster.Put(Web.GroupResource, (JsonObject)JsonNode.Parse(
        """{"metadata":{"name":"web","namespace":"default","uid":"u"},"spec":{"clusterIPs":["10.96.1.1"],"ports":[{"nodePort":30080}]}}""")!);

    [Fact]
    public void A_service_without_claims_is_written_as_it_is_until_it_has_them()
    {
        Claim(Addresses, "10.96.1.1", "web");
        Assert.Equal([Web], _reconciler.AllKeys(_cluster));
        var patch = Assert.IsType<PlannedWrite.Patch>(Assert.Single(_reconciler.Reconcile(Web, _cluster, _cluster.Now).Writes));
        Assert.Equal((Web, 0), (patch.Key, patch.MergePatch.Count));
        Claim(Ports, "30080", "web");
        Assert.Empty(_reconciler.AllKeys(_cluster));
        Assert.Empty(_reconciler.Reconcile(Web, _cluster, _cluster.Now).Writes);
    }

    [Fact]
    public void What_two_services_got_before_there_were_claims_is_told()
    {
        Claim(Addresses, "10.96.1.1", "first");
        Claim(Ports, "30080", "first");
        Assert.Empty(_reconciler.AllKeys(_cluster));
        Assert.Equal(
            ["ClusterIPAlreadyAllocated Cluster IP 10.96.1.1 was assigned to multiple services; please recreate service",
                "PortAlreadyAllocated Port 30080 was assigned to multiple services; please recreate service"],
            _reconciler.Reconcile(Web, _cluster, _cluster.Now).Writes.Cast<PlannedWrite.Event>().Select(told => $"{told.Reason} {told.Message}"));
    }

    [Fact]
    public void An_address_that_somebody_deleted_wakes_its_service()
    {
        var address = Claim(Addresses, "10.96.1.1", "web");
        Assert.Equal([Web], _reconciler.KeysFor(address, address, true, _cluster));
        Assert.Empty(_reconciler.KeysFor(null, address, false, _cluster));
    }

    private Orchestrator.Api.Machinery.StoredObject Claim(GroupResource resource, string name, string service) => _cluster.Put(resource, (JsonObject)JsonNode.Parse(
        $$$$"""{"metadata":{"name":"{{{{name}}}}"},"spec":{"parentRef":{"resource":"services","namespace":"default","name":"{{{{service}}}}"}}}""")!);
}
