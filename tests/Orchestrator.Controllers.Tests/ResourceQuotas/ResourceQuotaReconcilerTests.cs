using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.ResourceQuotas;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.ResourceQuotas;

public sealed class ResourceQuotaReconcilerTests
{
    private static readonly GroupResource Quotas = new("", "resourcequotas");
    private static readonly GroupResource Pods = new("", "pods");
    private static readonly ObjectKey Quota = new("", "resourcequotas", "ns", "q");
    private readonly FakeCluster _cluster = new();
    private readonly ResourceQuotaReconciler _reconciler = new();

    [Theory]
    [InlineData("""{"pods":"5","requests.cpu":"2"}""", "{}", """{"hard":{"pods":"5","requests.cpu":"2"},"used":{"pods":"2","requests.cpu":"500m"}}""")]
    [InlineData("""{"pods":"5"}""", """{"scopes":["BestEffort"]}""", """{"hard":{"pods":"5"},"used":{"pods":"1"}}""")]
    [InlineData("""{"count/pods":"5","configmaps":"9","count/deployments.apps":"1"}""", "{}",
        """{"hard":{"count/pods":"5","configmaps":"9","count/deployments.apps":"1"},"used":{"configmaps":"0","count/deployments.apps":"0","count/pods":"3"}}""")]
    public void What_is_there_is_counted_and_limits_come_into_force(string hard, string spec, string status)
    {
        PutPods();
        _cluster.Put(Quotas, $$$"""{"metadata":{"name":"q","namespace":"ns"},"spec":{"hard":{{{hard}}}{{{(spec == "{}" ? "" : "," + spec[1..^1])}}}}}""");
        var plan = _reconciler.Reconcile(Quota, _cluster, _cluster.Now);
        var patch = Assert.IsType<PlannedWrite.Patch>(Assert.Single(plan.Writes));
        Assert.Equal("status", patch.Subresource);
        Assert.NotNull(patch.ResourceVersion);
        Assert.Equal($$"""{"status":{{status}}}""", patch.MergePatch.ToJsonString());
        Assert.NotNull(plan.RequeueAfter);

        _cluster.Change(Quota, document => document["status"] = patch.MergePatch["status"]!.DeepClone());
        Assert.Empty(_reconciler.Reconcile(Quota, _cluster, _cluster.Now).Writes);
    }

    [Fact]
    public void Only_what_gives_back_wakes_the_quotas_that_count_it()
    {
        _cluster.Put(Quotas, """{"metadata":{"name":"q","namespace":"ns"},"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"1"}}}""");
        var running = _cluster.Put(Pods, """{"metadata":{"name":"a","namespace":"ns"},"spec":{"containers":[]},"status":{"phase":"Running"}}""");
        Assert.Empty(_reconciler.KeysFor(null, running, false, _cluster));
        Assert.Empty(_reconciler.KeysFor(running, running, false, _cluster));
        Assert.Equal([Quota], _reconciler.KeysFor(running, running, true, _cluster));
        var ended = _cluster.Put(Pods, """{"metadata":{"name":"a","namespace":"ns"},"spec":{"containers":[]},"status":{"phase":"Succeeded"}}""");
        Assert.Equal([Quota], _reconciler.KeysFor(running, ended, false, _cluster));
        var secret = _cluster.Put(new GroupResource("", "secrets"), """{"metadata":{"name":"s","namespace":"ns"}}""");
        Assert.Empty(_reconciler.KeysFor(secret, secret, true, _cluster));
    }

    [Fact]
    public void A_charge_asks_for_no_count_and_a_new_limit_does()
    {
        var before = _cluster.Put(Quotas, """{"metadata":{"name":"q","namespace":"ns"},"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"1"}}}""");
        var charged = _cluster.Put(Quotas, """{"metadata":{"name":"q","namespace":"ns"},"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"2"}}}""");
        var widened = _cluster.Put(Quotas, """{"metadata":{"name":"q","namespace":"ns"},"spec":{"hard":{"pods":"6"}},"status":{"hard":{"pods":"5"},"used":{"pods":"2"}}}""");
        Assert.Empty(_reconciler.KeysFor(before, charged, false, _cluster));
        Assert.Equal([Quota], _reconciler.KeysFor(charged, widened, false, _cluster));
        Assert.Equal([Quota], _reconciler.KeysFor(null, before, false, _cluster));
    }

    private void PutPods()
    {
        _cluster.Put(Pods, """{"metadata":{"name":"a","namespace":"ns"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"500m"}}}]},"status":{"phase":"Running"}}""");
        _cluster.Put(Pods, """{"metadata":{"name":"b","namespace":"ns"},"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Pending"}}""");
        _cluster.Put(Pods, """{"metadata":{"name":"ended","namespace":"ns"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}]},"status":{"phase":"Failed"}}""");
    }
}
