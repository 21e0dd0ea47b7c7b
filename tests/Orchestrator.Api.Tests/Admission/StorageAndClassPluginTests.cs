using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class StorageAndClassPluginTests
{
    private static readonly (ObjectKey, string)[] Cluster =
    [
        (new ObjectKey("storage.k8s.io", "storageclasses", "", "old"), """{"metadata":{"name":"old","creationTimestamp":"2025-01-01T00:00:00Z","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"allowVolumeExpansion":true}"""),
        (new ObjectKey("storage.k8s.io", "storageclasses", "", "new"), """{"metadata":{"name":"new","creationTimestamp":"2026-01-01T00:00:00Z","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}"""),
        (new ObjectKey("node.k8s.io", "runtimeclasses", "", "bare"), """{"metadata":{"name":"bare"},"handler":"bare"}"""),
        (new ObjectKey("networking.k8s.io", "ingressclasses", "", "edge"), """{"metadata":{"name":"edge","annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}}}"""),
        (new ObjectKey("node.k8s.io", "runtimeclasses", "", "small"), """{"metadata":{"name":"small"},"handler":"small","overhead":{"podFixed":{"cpu":"10m"}},"scheduling":{"nodeSelector":{"kind":"small"},"tolerations":[{"key":"small","operator":"Exists"}]}}"""),
    ];

    [Theory]
    [InlineData("StorageObjectInUseProtection", "", "persistentvolumeclaims", """{"metadata":{"name":"x"}}""", """{"metadata":{"name":"x","finalizers":["kubernetes.io/pvc-protection"]}}""")]
    [InlineData("StorageObjectInUseProtection", "", "persistentvolumes", """{"metadata":{"name":"x","finalizers":["kubernetes.io/pv-protection"]}}""", """{"metadata":{"name":"x","finalizers":["kubernetes.io/pv-protection"]}}""")]
    [InlineData("StorageObjectInUseProtection", "", "configmaps", """{"metadata":{"name":"x"}}""", """{"metadata":{"name":"x"}}""")]
    [InlineData("DefaultStorageClass", "", "persistentvolumeclaims", """{"metadata":{"name":"x"},"spec":{}}""", """{"metadata":{"name":"x"},"spec":{"storageClassName":"new"}}""")]
    [InlineData("DefaultStorageClass", "", "persistentvolumeclaims", """{"metadata":{"name":"x"},"spec":{"storageClassName":""}}""", """{"metadata":{"name":"x"},"spec":{"storageClassName":""}}""")]
    [InlineData("DefaultIngressClass", "networking.k8s.io", "ingresses", """{"metadata":{"name":"x"},"spec":{}}""", """{"metadata":{"name":"x"},"spec":{"ingressClassName":"edge"}}""")]
    [InlineData("DefaultIngressClass", "networking.k8s.io", "ingresses", """{"metadata":{"name":"x","annotations":{"kubernetes.io/ingress.class":"a"}},"spec":{}}""", """{"metadata":{"name":"x","annotations":{"kubernetes.io/ingress.class":"a"}},"spec":{}}""")]
    [InlineData("CertificateRequester", "certificates.k8s.io", "certificatesigningrequests", """{"spec":{"username":"somebody","groups":["system:masters"]}}""", """{"spec":{"username":"alice"}}""")]
    [InlineData("RuntimeClass", "", "pods", """{"spec":{"runtimeClassName":"small"}}""", """{"spec":{"runtimeClassName":"small","overhead":{"cpu":"10m"},"nodeSelector":{"kind":"small"},"tolerations":[{"key":"small","operator":"Exists"}]}}""")]
    public void New_objects_are_completed(string plugin, string group, string resource, string document, string expected)
    {
        var attributes = AdmissionCase.Attributes(group, resource, "x", document, null, At(Cluster));
        Assert.Null(Plugin(plugin).Admit(attributes));
        AssertSame(expected, attributes.Object);
    }

    [Theory]
    [InlineData("""{"spec":{"runtimeClassName":"ghost"}}""", "pods \"x\" is forbidden: pod rejected: RuntimeClass \"ghost\" not found")]
    [InlineData("""{"spec":{"runtimeClassName":"small","nodeSelector":{"kind":"large"}}}""", "pods \"x\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[kind] = small; pod.spec.nodeSelector[kind] = large")]
    public void Pods_that_do_not_fit_their_class_are_refused(string document, string expected) =>
        Assert.Equal(expected, Plugin("RuntimeClass").Admit(AdmissionCase.Attributes("", "pods", "x", document, null, At(Cluster)))?.Message);

    [Theory]
    [InlineData("""{"spec":{"overhead":{"cpu":"10m"}}}""", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("""{"spec":{"runtimeClassName":"bare","overhead":{"cpu":"10m"}}}""", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("""{"spec":{"runtimeClassName":"small","overhead":{"cpu":"20m"}}}""", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    [InlineData("""{"spec":{"runtimeClassName":"small","overhead":{"cpu":"0.01"}}}""", null)]
    [InlineData("""{"spec":{"runtimeClassName":"bare"}}""", null)]
    public void Overhead_is_what_the_class_says(string document, string? expected) => Assert.Equal(
        expected is null ? null : "pods \"x\" is forbidden: " + expected,
        Plugin("RuntimeClass").Validate(AdmissionCase.Attributes("", "pods", "x", document, null, At(Cluster)))?.Message);

    [Theory]
    [InlineData("Bound", "old", null)]
    [InlineData("Bound", "new", "persistentvolumeclaims \"x\" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")]
    [InlineData("Pending", "old", "persistentvolumeclaims \"x\" is forbidden: Only bound persistent volume claims can be expanded")]
    public void Claims_grow_only_where_their_class_lets_them(string phase, string storageClass, string? expected)
    {
        string Claim(string size) => $$$$$"""{"spec":{"storageClassName":"{{{{{storageClass}}}}}","resources":{"requests":{"storage":"{{{{{size}}}}}"}}},"status":{"phase":"{{{{{phase}}}}}"}}""";
        Assert.Equal(expected, Plugin("PersistentVolumeClaimResize").Validate(AdmissionCase.Attributes("", "persistentvolumeclaims", "x", Claim("2Gi"), Claim("1Gi"), At(Cluster)))?.Message);
    }

    private static IAdmissionPlugin Plugin(string name) => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == name);
}
