using System.Text.Json.Nodes;
using static Orchestrator.Api.Schema.EnumTypes;

namespace Orchestrator.Api.Schema;

/// <summary>Which fields of built-in kinds OpenAPI documents publish with the words they take and with a default of their own.</summary>
/// <remarks>Upstream: the fields of <c>+enum</c> types and those marked <c>+default</c> in k8s.io/api of 1.36. What is published changes nothing about how the server
/// decodes, defaults and validates.</remarks>
public static class PublishedValues
{
    private const string Prefix = "io.k8s.api.";

    private static readonly Dictionary<string, IReadOnlyList<string>> Enums = new(StringComparer.Ordinal)
    {
        ["admissionregistration.v1.MatchResources.matchPolicy"] = MatchPolicyType,
        ["admissionregistration.v1.MutatingAdmissionPolicySpec.failurePolicy"] = FailurePolicyType,
        ["admissionregistration.v1.MutatingAdmissionPolicySpec.reinvocationPolicy"] = ReinvocationPolicyType,
        ["admissionregistration.v1.MutatingWebhook.failurePolicy"] = FailurePolicyType,
        ["admissionregistration.v1.MutatingWebhook.matchPolicy"] = MatchPolicyType,
        ["admissionregistration.v1.MutatingWebhook.reinvocationPolicy"] = ReinvocationPolicyType,
        ["admissionregistration.v1.MutatingWebhook.sideEffects"] = SideEffectClass,
        ["admissionregistration.v1.Mutation.patchType"] = PatchType,
        ["admissionregistration.v1.NamedRuleWithOperations.operations"] = OperationType,
        ["admissionregistration.v1.NamedRuleWithOperations.scope"] = ScopeType,
        ["admissionregistration.v1.RuleWithOperations.operations"] = OperationType,
        ["admissionregistration.v1.RuleWithOperations.scope"] = ScopeType,
        ["admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions"] = ValidationAction,
        ["admissionregistration.v1.ValidatingAdmissionPolicySpec.failurePolicy"] = FailurePolicyType,
        ["admissionregistration.v1.ValidatingWebhook.failurePolicy"] = FailurePolicyType,
        ["admissionregistration.v1.ValidatingWebhook.matchPolicy"] = MatchPolicyType,
        ["admissionregistration.v1.ValidatingWebhook.sideEffects"] = SideEffectClass,
        ["apps.v1.DaemonSetUpdateStrategy.type"] = DaemonSetUpdateStrategyType,
        ["apps.v1.DeploymentStrategy.type"] = DeploymentStrategyType,
        ["apps.v1.StatefulSetSpec.podManagementPolicy"] = PodManagementPolicyType,
        ["apps.v1.StatefulSetUpdateStrategy.type"] = StatefulSetUpdateStrategyType,
        ["batch.v1.CronJobSpec.concurrencyPolicy"] = ConcurrencyPolicy,
        ["batch.v1.JobSpec.completionMode"] = CompletionMode,
        ["batch.v1.JobSpec.podReplacementPolicy"] = PodReplacementPolicy,
        ["batch.v1.PodFailurePolicyOnExitCodesRequirement.operator"] = PodFailurePolicyOnExitCodesOperator,
        ["batch.v1.PodFailurePolicyRule.action"] = PodFailurePolicyAction,
        ["certificates.v1.CertificateSigningRequestSpec.usages"] = KeyUsage,
        ["core.v1.AppArmorProfile.type"] = AppArmorProfileType,
        ["core.v1.AzureDiskVolumeSource.cachingMode"] = AzureDataDiskCachingMode,
        ["core.v1.AzureDiskVolumeSource.kind"] = AzureDataDiskKind,
        ["core.v1.Container.imagePullPolicy"] = PullPolicy,
        ["core.v1.Container.terminationMessagePolicy"] = TerminationMessagePolicy,
        ["core.v1.ContainerPort.protocol"] = Protocol,
        ["core.v1.ContainerStatus.stopSignal"] = Signal,
        ["core.v1.EndpointPort.protocol"] = Protocol,
        ["core.v1.EphemeralContainer.imagePullPolicy"] = PullPolicy,
        ["core.v1.EphemeralContainer.terminationMessagePolicy"] = TerminationMessagePolicy,
        ["core.v1.HTTPGetAction.scheme"] = UriScheme,
        ["core.v1.HostPathVolumeSource.type"] = HostPathType,
        ["core.v1.ImageVolumeSource.pullPolicy"] = PullPolicy,
        ["core.v1.Lifecycle.stopSignal"] = Signal,
        ["core.v1.ModifyVolumeStatus.status"] = PersistentVolumeClaimModifyVolumeStatus,
        ["core.v1.NamespaceStatus.phase"] = NamespacePhase,
        ["core.v1.NodeSelectorRequirement.operator"] = NodeSelectorOperator,
        ["core.v1.NodeStatus.phase"] = NodePhase,
        ["core.v1.PersistentVolumeClaimSpec.accessModes"] = PersistentVolumeAccessMode,
        ["core.v1.PersistentVolumeClaimSpec.volumeMode"] = PersistentVolumeMode,
        ["core.v1.PersistentVolumeClaimStatus.accessModes"] = PersistentVolumeAccessMode,
        ["core.v1.PersistentVolumeClaimStatus.allocatedResourceStatuses"] = ClaimResourceStatus,
        ["core.v1.PersistentVolumeClaimStatus.phase"] = PersistentVolumeClaimPhase,
        ["core.v1.PersistentVolumeSpec.accessModes"] = PersistentVolumeAccessMode,
        ["core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy"] = PersistentVolumeReclaimPolicy,
        ["core.v1.PersistentVolumeSpec.volumeMode"] = PersistentVolumeMode,
        ["core.v1.PersistentVolumeStatus.phase"] = PersistentVolumePhase,
        ["core.v1.PodSecurityContext.fsGroupChangePolicy"] = PodFSGroupChangePolicy,
        ["core.v1.PodSecurityContext.supplementalGroupsPolicy"] = SupplementalGroupsPolicy,
        ["core.v1.PodSpec.dnsPolicy"] = DnsPolicy,
        ["core.v1.PodSpec.preemptionPolicy"] = PreemptionPolicy,
        ["core.v1.PodSpec.restartPolicy"] = RestartPolicy,
        ["core.v1.PodStatus.phase"] = PodPhase,
        ["core.v1.PodStatus.qosClass"] = PodQosClass,
        ["core.v1.PortStatus.protocol"] = Protocol,
        ["core.v1.ResourceQuotaSpec.scopes"] = ResourceQuotaScope,
        ["core.v1.ScopedResourceSelectorRequirement.operator"] = ScopeSelectorOperator,
        ["core.v1.ScopedResourceSelectorRequirement.scopeName"] = ResourceQuotaScope,
        ["core.v1.SeccompProfile.type"] = SeccompProfileType,
        ["core.v1.SecurityContext.procMount"] = ProcMountType,
        ["core.v1.ServicePort.protocol"] = Protocol,
        ["core.v1.ServiceSpec.externalTrafficPolicy"] = ServiceExternalTrafficPolicy,
        ["core.v1.ServiceSpec.internalTrafficPolicy"] = ServiceInternalTrafficPolicy,
        ["core.v1.ServiceSpec.ipFamilies"] = IPFamily,
        ["core.v1.ServiceSpec.ipFamilyPolicy"] = IPFamilyPolicy,
        ["core.v1.ServiceSpec.sessionAffinity"] = ServiceAffinity,
        ["core.v1.ServiceSpec.type"] = ServiceType,
        ["core.v1.Taint.effect"] = TaintEffect,
        ["core.v1.Toleration.effect"] = TaintEffect,
        ["core.v1.Toleration.operator"] = TolerationOperator,
        ["core.v1.TopologySpreadConstraint.nodeAffinityPolicy"] = NodeInclusionPolicy,
        ["core.v1.TopologySpreadConstraint.nodeTaintsPolicy"] = NodeInclusionPolicy,
        ["core.v1.TopologySpreadConstraint.whenUnsatisfiable"] = UnsatisfiableConstraintAction,
        ["core.v1.VolumeMount.mountPropagation"] = MountPropagationMode,
        ["discovery.v1.EndpointPort.protocol"] = Protocol,
        ["discovery.v1.EndpointSlice.addressType"] = AddressType,
        ["networking.v1.HTTPIngressPath.pathType"] = PathType,
        ["networking.v1.IngressPortStatus.protocol"] = Protocol,
        ["networking.v1.NetworkPolicyPort.protocol"] = Protocol,
        ["networking.v1.NetworkPolicySpec.policyTypes"] = PolicyType,
        ["policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy"] = UnhealthyPodEvictionPolicyType,
        ["resource.v1.DeviceSubRequest.allocationMode"] = DeviceAllocationMode,
        ["resource.v1.DeviceTaint.effect"] = DeviceTaintEffect,
        ["resource.v1.DeviceToleration.effect"] = DeviceTaintEffect,
        ["resource.v1.DeviceToleration.operator"] = DeviceTolerationOperator,
        ["resource.v1.ExactDeviceRequest.allocationMode"] = DeviceAllocationMode,
        ["scheduling.v1.PriorityClass.preemptionPolicy"] = PreemptionPolicy,
        ["storage.v1.StorageClass.reclaimPolicy"] = PersistentVolumeReclaimPolicy,
        ["storage.v1.StorageClass.volumeBindingMode"] = VolumeBindingMode,
    };

    private static readonly Dictionary<string, JsonNode> Defaults = new(StringComparer.Ordinal)
    {
        ["core.v1.AzureDiskVolumeSource.cachingMode"] = "ReadWrite",
        ["core.v1.AzureDiskVolumeSource.fsType"] = "ext4",
        ["core.v1.AzureDiskVolumeSource.kind"] = "Shared",
        ["core.v1.AzureDiskVolumeSource.readOnly"] = false,
        ["core.v1.ConfigMapEnvSource.name"] = "",
        ["core.v1.ConfigMapKeySelector.name"] = "",
        ["core.v1.ConfigMapProjection.name"] = "",
        ["core.v1.ConfigMapVolumeSource.name"] = "",
        ["core.v1.ContainerPort.protocol"] = "TCP",
        ["core.v1.GRPCAction.service"] = "",
        ["core.v1.ISCSIPersistentVolumeSource.iscsiInterface"] = "default",
        ["core.v1.ISCSIVolumeSource.iscsiInterface"] = "default",
        ["core.v1.LocalObjectReference.name"] = "",
        ["core.v1.RBDPersistentVolumeSource.keyring"] = "/etc/ceph/keyring",
        ["core.v1.RBDPersistentVolumeSource.pool"] = "rbd",
        ["core.v1.RBDPersistentVolumeSource.user"] = "admin",
        ["core.v1.RBDVolumeSource.keyring"] = "/etc/ceph/keyring",
        ["core.v1.RBDVolumeSource.pool"] = "rbd",
        ["core.v1.RBDVolumeSource.user"] = "admin",
        ["core.v1.ScaleIOPersistentVolumeSource.fsType"] = "xfs",
        ["core.v1.ScaleIOPersistentVolumeSource.storageMode"] = "ThinProvisioned",
        ["core.v1.ScaleIOVolumeSource.fsType"] = "xfs",
        ["core.v1.ScaleIOVolumeSource.storageMode"] = "ThinProvisioned",
        ["core.v1.SecretEnvSource.name"] = "",
        ["core.v1.SecretKeySelector.name"] = "",
        ["core.v1.SecretProjection.name"] = "",
        ["core.v1.ServicePort.protocol"] = "TCP",
    };

    /// <summary>The fields that have published words, by their names as in <c>io.k8s.api.core.v1.PodSpec.restartPolicy</c>.</summary>
    public static IEnumerable<string> FieldsWithWords => Enums.Keys.Select(static name => Prefix + name);

    /// <summary>The fields that have a published default of their own, named in the same way.</summary>
    public static IEnumerable<string> FieldsWithDefaults => Defaults.Keys.Select(static name => Prefix + name);

    /// <summary>The words that a field takes, or its elements when it is a list or a map; null when any will do or when nothing is published.</summary>
    /// <param name="definition">The definition's name in OpenAPI, as in <c>io.k8s.api.core.v1.PodSpec</c>.</param>
    /// <param name="field">The field's name.</param>
    public static IReadOnlyList<string>? WordsOf(string definition, string field) =>
        definition.StartsWith(Prefix, StringComparison.Ordinal) ? Enums.GetValueOrDefault($"{definition.AsSpan(Prefix.Length)}.{field}") : null;

    /// <summary>The default that a field is published with; null when it has none of its own.</summary>
    /// <param name="definition">The definition's name in OpenAPI.</param>
    /// <param name="field">The field's name.</param>
    public static JsonNode? DefaultOf(string definition, string field) =>
        definition.StartsWith(Prefix, StringComparison.Ordinal) ? Defaults.GetValueOrDefault($"{definition.AsSpan(Prefix.Length)}.{field}") : null;
}
