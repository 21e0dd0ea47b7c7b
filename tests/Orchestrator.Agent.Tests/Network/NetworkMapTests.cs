using Orchestrator.Agent.Network;

namespace Orchestrator.Agent.Tests.Network;

public sealed class NetworkMapTests
{
    [Fact]
    public void A_snapshot_brings_all_that_is_known()
    {
        var map = Cluster.Map();
        map.Apply(Cluster.State([], [], removed: "/services/default/empty"));
        var copy = new NetworkMap();
        copy.Apply(map.Snapshot());
        Assert.Equal(Rules(map), Rules(copy));
        Assert.Null(copy.Service("default", "empty"));
    }

    private static string Rules(NetworkMap map) => NftRuleset.Write(Cluster.Addresses, map.Routes(), apiProxyPort: 6443, dnsPort: 53);
}
