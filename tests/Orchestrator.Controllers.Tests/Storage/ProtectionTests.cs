using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Storage;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.Storage;

public sealed class ProtectionTests
{
    private static readonly ObjectKey Claim = new("", "persistentvolumeclaims", "default", "c");
    private static readonly ObjectKey Volume = new("", "persistentvolumes", "", "v");
    private readonly FakeCluster _cluster = new();

    [Theory]
    [InlineData("n1", """[{"name":"d","persistentVolumeClaim":{"claimName":"c"}}]""", false)]
    [InlineData("n1", """[{"name":"d","persistentVolumeClaim":{"claimName":"other"}}]""", true)]
    [InlineData("", """[{"name":"d","persistentVolumeClaim":{"claimName":"c"}}]""", true)]
    [InlineData("n1", "[]", true)]
    public void A_claim_that_goes_waits_for_the_pods_on_nodes_that_use_it(string node, string volumes, bool isFree)
    {
        _cluster.Put(Claim.GroupResource, """{"metadata":{"name":"c","namespace":"default","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["a.b/c","kubernetes.io/pvc-protection"]}}""");
        _cluster.Put(new GroupResource("", "pods"), $$$$$"""{"metadata":{"name":"p","namespace":"default"},"spec":{"nodeName":"{{{{{node}}}}}","volumes":{{{{{volumes}}}}}}}""");
        var writes = new ClaimProtection().Reconcile(Claim, _cluster, _cluster.Now).Writes;
        Assert.Equal(isFree ? ["""{"metadata":{"finalizers":["a.b/c"]}}"""] : [], writes.OfType<PlannedWrite.Patch>().Select(patch => patch.MergePatch.ToJsonString()));
    }

    [Fact]
    public void The_end_of_a_pod_wakes_its_claims()
    {
        var pod = _cluster.Put(new GroupResource("", "pods"), """{"metadata":{"name":"p","namespace":"default"},"spec":{"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"c"}},{"name":"e","ephemeral":{}}]}}""");
        Assert.Equal(["c", "p-e"], new ClaimProtection().KeysFor(null, pod, true, _cluster).Select(key => key.Name));
        Assert.Empty(new ClaimProtection().KeysFor(null, pod, false, _cluster));
    }

    [Theory]
    [InlineData("Bound", 0)]
    [InlineData("Released", 1)]
    public void A_volume_that_goes_waits_for_its_claim(string phase, int writes)
    {
        _cluster.Put(Volume.GroupResource, $$$$$"""{"metadata":{"name":"v","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["kubernetes.io/pv-protection"]},"status":{"phase":"{{{{{phase}}}}}"}}""");
        Assert.Equal(writes, new VolumeProtection().Reconcile(Volume, _cluster, _cluster.Now).Writes.Count);
    }

    [Fact]
    public void A_volume_that_stays_is_given_its_protection_once()
    {
        _cluster.Put(Volume.GroupResource, """{"metadata":{"name":"v"}}""");
        Assert.True(_cluster.Apply(new VolumeProtection().Reconcile(Volume, _cluster, _cluster.Now)));
        Assert.Equal("kubernetes.io/pv-protection", (string?)_cluster.Read(Volume)["metadata"]!["finalizers"]![0]);
        Assert.Empty(new VolumeProtection().Reconcile(Volume, _cluster, _cluster.Now).Writes);
    }
}
