using Orchestrator.Api.Admission.Policies;
using Orchestrator.Api.Admission.PodSecurity;
using Orchestrator.Api.Admission.Quotas;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Kinds.Services;

namespace Orchestrator.Api.Admission;

/// <summary>The plugins that are on, in the order in which they run.</summary>
/// <remarks>Upstream: the default order of pkg/kubeapiserver/options/plugins.go.</remarks>
public static class AdmissionPlugins
{
    /// <summary>The plugins of a cluster whose Services have the default range of addresses.</summary>
    public static IReadOnlyList<IAdmissionPlugin> BuiltIn { get; } = For(new ServiceAddresses());

    /// <summary>The plugins of a cluster whose Services have this range of addresses.</summary>
    public static IReadOnlyList<IAdmissionPlugin> For(ServiceAddresses addresses) =>
    [
        new NamespaceLifecycle(),
        new LimitRanger(),
        new ServiceAccountAdmission(),
        new NodeRestriction(),
        new TaintNodesByCondition(),
        new PodSecurityAdmission(),
        new Priority(),
        new DefaultTolerationSeconds(),
        DefaultClass.OfClaims(),
        new StorageObjectInUseProtection(),
        new PersistentVolumeClaimResize(),
        new RuntimeClassAdmission(),
        new CertificateApproval(),
        new CertificateSigning(),
        new CertificateSubjectRestriction(),
        DefaultClass.OfIngresses(),
        new PodTopologyLabels(),
        new MutatingPolicies(),
        new MutatingWebhooks(),

        // What upstream does in the storage of the kinds, after all that may change the object.
        new CertificateRequester(),
        new RoleEscalation(),
        new DeviceAccess(),
        new ServiceAllocation(addresses),
        new ValidatingPolicies(),
        new ValidatingWebhooks(),
        new ResourceQuotaAdmission(),
    ];
}
