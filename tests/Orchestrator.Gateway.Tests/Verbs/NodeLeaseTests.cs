using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Verbs;

public sealed class NodeLeaseTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

    [Fact]
    public async Task A_node_that_is_heard_has_a_lease_and_a_stored_one_comes_first()
    {
        gateway.Seed("nodes", "", "heard", """{"metadata":{"creationTimestamp":"2026-01-01T00:00:00Z"}}""");
        gateway.Seed("nodes", "", "silent", "{}");
        gateway.Seed("nodes", "", "kubelet", "{}");
        gateway.Seed("leases", "kube-node-lease", "kubelet", """{"spec":{"holderIdentity":"itself"}}""", "coordination.k8s.io");
        gateway.Grains.FakeNode("heard").LastHeard = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        gateway.Grains.FakeNode("kubelet").LastHeard = DateTimeOffset.UnixEpoch;

        var (code, lease) = await GatewayFixture.SendAsync(gateway.Admin, "GET", Path + "/heard");
        Assert.Equal(200, code);
        Assert.Equal("2026-01-02T03:04:05.000000Z", (string)lease["spec"]!["renewTime"]!);
        Assert.Equal("heard", (string)lease["metadata"]!["ownerReferences"]![0]!["name"]!);

        (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "GET", Path + "/silent");
        Assert.Equal(404, code);

        var (_, list) = await GatewayFixture.SendAsync(gateway.Admin, "GET", Path);
        Assert.Equal(["heard", "itself"], list["items"]!.AsArray().Select(item => (string)item!["spec"]!["holderIdentity"]!));
    }
}
