using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class PluginTests
{
    private const string Pod = """{"metadata":{"name":"p"},"spec":$SPEC}""";

    private static readonly (ObjectKey, string)[] Cluster =
    [
        (new ObjectKey("", "namespaces", "", "ns"), """{"metadata":{"name":"ns"},"status":{"phase":"Active"}}"""),
        (new ObjectKey("", "serviceaccounts", "ns", "default"), """{"metadata":{"name":"default"},"imagePullSecrets":[{"name":"registry"}]}"""),
        (new ObjectKey("", "serviceaccounts", "ns", "quiet"), """{"metadata":{"name":"quiet"},"automountServiceAccountToken":false}"""),
        (new ObjectKey("scheduling.k8s.io", "priorityclasses", "", "high"), """{"metadata":{"name":"high"},"value":1000,"preemptionPolicy":"Never"}"""),
    ];

    [Fact]
    public void Plugins_run_in_upstreams_order() => Assert.Equal(
        ["NamespaceLifecycle", "LimitRanger", "ServiceAccount", "NodeRestriction", "TaintNodesByCondition", "PodSecurity", "Priority", "DefaultTolerationSeconds",
            "DefaultStorageClass", "StorageObjectInUseProtection", "PersistentVolumeClaimResize", "RuntimeClass", "CertificateApproval", "CertificateSigning",
            "CertificateSubjectRestriction", "DefaultIngressClass", "PodTopologyLabels", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "CertificateRequester", "RoleEscalation",
            "DeviceAccess", "ServiceAllocation", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook", "ResourceQuota"],
        AdmissionPlugins.BuiltIn.Select(plugin => plugin.Name));

    [Fact]
    public void Object_in_a_missing_namespace_is_not_found()
    {
        var status = Plugin("NamespaceLifecycle").Admit(AdmissionCase.Attributes("", "configmaps", "x", "{}", null, At()))!;
        Assert.Equal((404, "NotFound", "namespaces \"ns\" not found"), (status.Code, status.Reason, status.Message));
    }

    [Fact]
    public void Nothing_new_comes_into_a_namespace_that_goes()
    {
        var at = At((new ObjectKey("", "namespaces", "", "ns"), """{"metadata":{"name":"ns","deletionTimestamp":"2026-01-01T00:00:00Z"}}"""));
        var status = Plugin("NamespaceLifecycle").Admit(AdmissionCase.Attributes("", "configmaps", "x", "{}", null, at))!;
        Assert.Equal("configmaps \"x\" is forbidden: unable to create new content in namespace ns because it is being terminated", status.Message);
        Assert.Equal(new StatusCause("NamespaceTerminating", "namespace ns is being terminated", "metadata.namespace"), Assert.Single(status.Causes));
        Assert.Null(Plugin("NamespaceLifecycle").Admit(AdmissionCase.Attributes("", "configmaps", "x", "{}", "{}", at)));
    }

    [Theory]
    [InlineData("default", "namespaces \"default\" is forbidden: this namespace may not be deleted")]
    [InlineData("kube-system", "namespaces \"kube-system\" is forbidden: this namespace may not be deleted")]
    [InlineData("team", null)]
    public void Namespaces_that_the_cluster_lives_from_stay(string name, string? expected) => Assert.Equal(expected,
        Plugin("NamespaceLifecycle").Admit(AdmissionCase.Attributes("", "namespaces", name, null, "{}", At(), AdmissionOperation.Delete))?.Message);

    [Fact]
    public void Pod_gets_its_account_and_the_volume_with_the_token()
    {
        var spec = Admitted("ServiceAccount", """{"containers":[{"name":"a"},{"name":"b","volumeMounts":[{"name":"own","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]}""");
        var name = spec["volumes"]![0]!["name"]!.GetValue<string>();
        Assert.Matches("^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$", name);
        AssertSame($$$"""
            {"containers":[{"name":"a","volumeMounts":[{"name":"{{{name}}}","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]},
              {"name":"b","volumeMounts":[{"name":"own","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}],
             "serviceAccountName":"default","serviceAccount":"default","imagePullSecrets":[{"name":"registry"}],
             "volumes":[{"name":"{{{name}}}","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
              {"configMap":{"items":[{"key":"ca.crt","path":"ca.crt"}],"name":"kube-root-ca.crt"}},
              {"downwardAPI":{"items":[{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"},"path":"namespace"}]}}]}}]}
            """, spec);
    }

    [Theory]
    [InlineData("""{"containers":[{"name":"a"}],"serviceAccountName":"quiet"}""")]
    [InlineData("""{"containers":[{"name":"a"}],"automountServiceAccountToken":false}""")]
    public void Token_that_nobody_wants_is_not_mounted(string spec) => Assert.Null(Admitted("ServiceAccount", spec)["volumes"]);

    [Theory]
    [InlineData("ServiceAccount", """{"serviceAccountName":"ghost"}""", "error looking up service account ns/ghost: serviceaccount \"ghost\" not found")]
    [InlineData("Priority", """{"priorityClassName":"ghost"}""", "no PriorityClass with name ghost was found")]
    [InlineData("Priority", """{"priorityClassName":"high","priority":7}""", "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name")]
    public void Pod_that_refers_to_nothing_is_forbidden(string plugin, string spec, string expected)
    {
        var status = Plugin(plugin).Admit(PodAttributes(spec))!;
        Assert.Equal((403, $"pods \"p\" is forbidden: {expected}"), (status.Code, status.Message));
    }

    [Theory]
    [InlineData("{}", """{"priority":0,"preemptionPolicy":"PreemptLowerPriority"}""")]
    [InlineData("""{"priorityClassName":"high"}""", """{"priorityClassName":"high","priority":1000,"preemptionPolicy":"Never"}""")]
    [InlineData("""{"priorityClassName":"system-node-critical"}""", """{"priorityClassName":"system-node-critical","priority":2000001000,"preemptionPolicy":"PreemptLowerPriority"}""")]
    public void Priority_follows_the_class(string spec, string expected) => AssertSame(expected, Admitted("Priority", spec));

    [Theory]
    [InlineData("{}", """{"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}""")]
    [InlineData("""{"tolerations":[{"operator":"Exists"}]}""", """{"tolerations":[{"operator":"Exists"}]}""")]
    public void Pod_stays_five_minutes_on_a_lost_node(string spec, string expected) => AssertSame(expected, Admitted("DefaultTolerationSeconds", spec));

    [Fact]
    public void New_node_is_tainted_as_not_ready()
    {
        var attributes = AdmissionCase.Attributes("", "nodes", "n", "{}", null, At());
        Assert.Null(Plugin("TaintNodesByCondition").Admit(attributes));
        AssertSame("""{"spec":{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]}}""", attributes.Object);
    }

    private static IAdmissionPlugin Plugin(string name) => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == name);

    private static AdmissionAttributes PodAttributes(string spec) =>
        AdmissionCase.Attributes("", "pods", "p", Pod.Replace("$SPEC", spec, StringComparison.Ordinal), null, At(Cluster));

    private static System.Text.Json.Nodes.JsonNode Admitted(string plugin, string spec)
    {
        var attributes = PodAttributes(spec);
        Assert.Null(Plugin(plugin).Admit(attributes));
        return attributes.Object!["spec"]!;
    }
}
