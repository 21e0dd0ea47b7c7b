using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission.Quotas;

public sealed class ResourceQuotaAdmissionTests
{
    private const string Small = """{"containers":[{"name":"c","resources":{"requests":{"cpu":"500m","memory":"64Mi"},"limits":{"cpu":"1","memory":"128Mi"}}}]}""";
    private const string Bare = """{"containers":[{"name":"b"},{"name":"a"}]}""";

    [Theory]
    [InlineData("""{"pods":"2"}""", """{"pods":"2"}""", Bare, "exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2")]
    [InlineData("""{"pods":"2"}""", """{"pods":"1"}""", Bare, "pods=2")]
    [InlineData("""{"count/pods":"1"}""", """{"count/pods":"0"}""", Bare, "count/pods=1")]
    [InlineData("""{"limits.cpu":"2","requests.memory":"1Gi"}""", """{"limits.cpu":"0","requests.memory":"0"}""", Bare,
        "failed quota: q: must specify limits.cpu for: a,b; requests.memory for: a,b")]
    [InlineData("""{"cpu":"900m","pods":"9"}""", """{"cpu":"500m","pods":"1"}""", Small, "exceeded quota: q, requested: cpu=500m, used: cpu=500m, limited: cpu=900m")]
    [InlineData("""{"requests.cpu":"2","limits.memory":"1Gi"}""", """{"requests.cpu":"1","limits.memory":"0"}""", Small, "limits.memory=128Mi,requests.cpu=1500m")]
    [InlineData("""{"pods":"2","cpu":"2"}""", """{"pods":"1"}""", Small, "status unknown for quota: q, resources: cpu,pods")]
    [InlineData("""{"configmaps":"0","services":"0"}""", """{"configmaps":"0","services":"0"}""", Bare, "")]
    public void A_pod_is_charged_or_refused(string hard, string used, string spec, string expected) =>
        Check("pods", $$"""{"metadata":{"name":"x"},"spec":{{spec}}}""", null, Quota(hard, used), expected);

    [Theory]
    [InlineData("""["BestEffort"]""", Bare, true)]
    [InlineData("""["BestEffort"]""", Small, false)]
    [InlineData("""["NotBestEffort"]""", Small, true)]
    [InlineData("""["Terminating"]""", """{"activeDeadlineSeconds":5,"containers":[]}""", true)]
    [InlineData("""["NotTerminating"]""", """{"activeDeadlineSeconds":5,"containers":[]}""", false)]
    [InlineData("""["PriorityClass"]""", """{"priorityClassName":"high","containers":[]}""", true)]
    [InlineData("""["PriorityClass"]""", Bare, false)]
    [InlineData("""["CrossNamespacePodAffinity"]""",
        """{"containers":[],"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"namespaces":["x"]}]}}}""", true)]
    [InlineData("""["CrossNamespacePodAffinity"]""", Bare, false)]
    public void A_quota_counts_what_is_within_its_scopes(string scopes, string spec, bool counts) => Check(
        "pods", $$"""{"metadata":{"name":"x"},"spec":{{spec}}}""", null,
        Quota("""{"pods":"0"}""", """{"pods":"0"}""", $$"""{"scopes":{{scopes}}}"""), counts ? "exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0" : "");

    [Theory]
    [InlineData("In", """["high","low"]""", "high", true)]
    [InlineData("In", """["low"]""", "high", false)]
    [InlineData("NotIn", """["high"]""", "", true)]
    [InlineData("NotIn", """["high"]""", "high", false)]
    [InlineData("Exists", "[]", "high", true)]
    [InlineData("DoesNotExist", "[]", "high", false)]
    public void Priority_classes_are_selected_with_operators(string op, string values, string priorityClass, bool counts) => Check(
        "pods", $$$"""{"metadata":{"name":"x"},"spec":{"priorityClassName":"{{{priorityClass}}}","containers":[]}}""", null,
        Quota("""{"pods":"1"}""", """{"pods":"0"}""",
            $$$"""{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"{{{op}}}","values":{{{values}}}}]}}"""),
        counts ? "pods=1" : "");

    [Theory]
    [InlineData("ClusterIP", "NodePort", "services.nodeports=2")]
    [InlineData("ClusterIP", "LoadBalancer", "services.loadbalancers=1,services.nodeports=2")]
    [InlineData("LoadBalancer", "NodePort", "")]
    [InlineData("NodePort", "ClusterIP", "")]
    public void A_changed_service_is_charged_for_what_it_uses_more(string before, string after, string expected) => Check(
        "services", Service(after), Service(before),
        Quota("""{"services.nodeports":"5","services.loadbalancers":"1","services":"1"}""", """{"services.nodeports":"0","services.loadbalancers":"0","services":"1"}"""),
        expected);

    [Fact]
    public void Claims_are_charged_by_storage_class() => Check(
        "persistentvolumeclaims", """{"metadata":{"name":"x"},"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"10Gi"}}}}""", null,
        Quota(
            """{"requests.storage":"1Ti","gold.storageclass.storage.k8s.io/requests.storage":"5Gi"}""",
            """{"requests.storage":"0","gold.storageclass.storage.k8s.io/requests.storage":"0"}"""),
        "exceeded quota: q, requested: gold.storageclass.storage.k8s.io/requests.storage=10Gi, used: gold.storageclass.storage.k8s.io/requests.storage=0, "
        + "limited: gold.storageclass.storage.k8s.io/requests.storage=5Gi");

    [Theory]
    [InlineData("apps", "deployments", "count/deployments.apps")]
    [InlineData("", "configmaps", "count/configmaps")]
    [InlineData("", "secrets", "secrets")]
    public void Objects_of_any_kind_are_counted(string group, string resource, string name)
    {
        var attributes = Attributes(group, resource, """{"metadata":{"name":"x"}}""", null, Quota($$"""{"{{name}}":"1"}""", $$"""{"{{name}}":"1"}"""));
        Assert.EndsWith($"exceeded quota: q, requested: {name}=1, used: {name}=1, limited: {name}=1", Plugin.Validate(attributes)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sidecars_init_containers_and_overhead_are_counted_as_they_run() => Check(
        "pods", """
        {"metadata":{"name":"x"},"spec":{"overhead":{"cpu":"100m"},"containers":[{"name":"c","resources":{"requests":{"cpu":"1"}}}],
         "initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"200m"}}},{"name":"i","resources":{"requests":{"cpu":"2"}}}]}}
        """, null, Quota("""{"requests.cpu":"9"}""", """{"requests.cpu":"0"}"""), "requests.cpu=2300m");

    [Fact]
    public void A_pod_that_is_merely_updated_costs_nothing() => Check(
        "pods", $$"""{"metadata":{"name":"x"},"spec":{{Small}}}""", $$"""{"metadata":{"name":"x"},"spec":{{Small}}}""", Quota("""{"pods":"0"}""", """{"pods":"1"}"""), "");

    private static IAdmissionPlugin Plugin => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "ResourceQuota");

    private static string Service(string type) => $$$"""{"metadata":{"name":"x"},"spec":{"type":"{{{type}}}","ports":[{"port":1},{"port":2}]}}""";

    private static string Quota(string hard, string used, string spec = "{}") =>
        $$$"""{"metadata":{"name":"q","namespace":"ns","resourceVersion":"7"},"spec":{{{spec}}},"status":{"hard":{{{hard}}},"used":{{{used}}}}}""";

    private static AdmissionAttributes Attributes(string group, string resource, string document, string? old, string quota) =>
        AdmissionCase.Attributes(group, resource, "x", document, old, KindCase.At((new ObjectKey("", "resourcequotas", "ns", "q"), quota)));

    /// <summary>A refusal ends in the expected text; a charge leaves it as the new use; empty expects neither.</summary>
    private static void Check(string resource, string document, string? old, string quota, string expected)
    {
        var attributes = Attributes("", resource, document, old, quota);
        var refusal = Plugin.Validate(attributes);
        if (refusal is not null)
        {
            Assert.Equal($"{resource} \"x\" is forbidden: {expected}", refusal.Message);
            Assert.Equal(403, refusal.Code);
            Assert.Empty(attributes.Companions);
            return;
        }

        if (expected.Length == 0)
        {
            Assert.Empty(attributes.Companions);
            return;
        }

        var charge = Assert.Single(attributes.Companions);
        var charged = JsonNode.Parse(Encoding.UTF8.GetString(charge.Document.Span))!;
        Assert.Null(charged["metadata"]!["resourceVersion"]);
        var before = JsonNode.Parse(quota)!["status"]!["used"]!.AsObject();
        var more = charged["status"]!["used"]!.AsObject().Where(amount => amount.Value!.ToString() != before[amount.Key]!.ToString())
            .Select(amount => $"{amount.Key}={amount.Value}");
        Assert.Equal(expected, string.Join(',', more));
    }
}
