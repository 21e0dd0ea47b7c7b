using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds;

public sealed class SmallKindsTests
{
    private const string Rbac = "rbac.authorization.k8s.io";

    [Theory]
    [InlineData(Rbac, "rolebindings", """{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"bob"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}""",
        """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"bob"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}""")]
    [InlineData("discovery.k8s.io", "endpointslices", """{"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"]}],"ports":[{"port":80}]}""",
        """{"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"]}],"ports":[{"name":"","port":80,"protocol":"TCP"}]}""")]
    [InlineData("", "endpoints", """{"subsets":[{"addresses":[{"ip":"10.1.2.3"}],"ports":[{"port":80}]}]}""", """{"subsets":[{"addresses":[{"ip":"10.1.2.3"}],"ports":[{"port":80,"protocol":"TCP"}]}]}""")]
    [InlineData("storage.k8s.io", "storageclasses", """{"provisioner":"p"}""", """{"provisioner":"p","reclaimPolicy":"Delete","volumeBindingMode":"Immediate"}""")]
    [InlineData("scheduling.k8s.io", "priorityclasses", """{"value":1}""", """{"value":1,"preemptionPolicy":"PreemptLowerPriority"}""")]
    [InlineData("policy", "poddisruptionbudgets", """{"spec":{"minAvailable":1}}""", """{"spec":{"minAvailable":1},"status":{"currentHealthy":0,"desiredHealthy":0,"disruptionsAllowed":0,"expectedPods":0}}""")]
    [InlineData("", "persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""",
        """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"volumeMode":"Filesystem"},"status":{"phase":"Pending"}}""")]
    public void Defaults_are_those_of_a_real_server(string group, string resource, string document, string expected) =>
        AssertSame(expected, Created(Strategy(group, resource), document));

    [Theory]
    [InlineData(Rbac, "clusterroles", """{"rules":[{"verbs":["get"],"resources":["pods"]}]}""", "rules[0].apiGroups: Required value: resource rules must supply at least one api group")]
    [InlineData(Rbac, "clusterroles", """{"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}]}""", "")]
    [InlineData(Rbac, "roles", """{"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}]}""", "rules[0].nonResourceURLs: Invalid value: [\"/metrics\"]: namespaced rules cannot apply to non-resource URLs")]
    [InlineData("policy", "poddisruptionbudgets", """{"spec":{"minAvailable":1,"maxUnavailable":1,"selector":{"matchLabels":{"app":"web"}}}}""", "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{\"matchLabels\":{\"app\":\"web\"}},\"MaxUnavailable\":1,\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set")]
    [InlineData("", "nodes", """{"spec":{"taints":[{"key":"a","effect":"Perhaps"}]}}""", "metadata.taints[0].effect: Unsupported value: \"Perhaps\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"")]
    [InlineData("", "persistentvolumeclaims", """{"spec":{}}""", "spec.accessModes: Required value: at least 1 access mode is required|spec.resources[storage]: Required value")]
    public void Faults_are_named(string group, string resource, string document, string expected) => AssertFaults(expected, Faults(Strategy(group, resource), document));

    [Fact]
    public void Granted_role_stays() => AssertFaults(
        "roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"Role\",\"Name\":\"other\"}: cannot change roleRef",
        UpdateFaults(Strategy(Rbac, "rolebindings"), """{"roleRef":{"kind":"Role","name":"r"}}""", """{"roleRef":{"kind":"Role","name":"other"}}"""));

    [Fact]
    public void Roles_may_have_names_of_the_system() => Assert.Empty(Strategy(Rbac, "clusterroles").NameErrors("system:node", prefix: false));
}
