namespace Orchestrator.Api.Schema;

/// <summary>The closed sets of words that fields of built-in kinds take, under the names of upstream's types, in the order in which its documents list them.</summary>
/// <remarks>Upstream: the types marked <c>+enum</c> in k8s.io/api of 1.36. OpenAPI documents publish a set wherever a field has that type; validation refuses what is
/// outside of it and takes the set from here where it allows all of it and names it in this order.</remarks>
public static class EnumTypes
{
    public static IReadOnlyList<string> AddressType { get; } = ["FQDN", "IPv4", "IPv6"];

    public static IReadOnlyList<string> AppArmorProfileType { get; } = ["Localhost", "RuntimeDefault", "Unconfined"];

    public static IReadOnlyList<string> AzureDataDiskCachingMode { get; } = ["None", "ReadOnly", "ReadWrite"];

    public static IReadOnlyList<string> AzureDataDiskKind { get; } = ["Dedicated", "Managed", "Shared"];

    public static IReadOnlyList<string> ClaimResourceStatus { get; } =
        ["ControllerResizeFailed", "ControllerResizeInProgress", "NodeResizeFailed", "NodeResizeInProgress", "NodeResizePending"];

    public static IReadOnlyList<string> CompletionMode { get; } = ["Indexed", "NonIndexed"];

    public static IReadOnlyList<string> ConcurrencyPolicy { get; } = ["Allow", "Forbid", "Replace"];

    public static IReadOnlyList<string> DaemonSetUpdateStrategyType { get; } = ["OnDelete", "RollingUpdate"];

    public static IReadOnlyList<string> DeploymentStrategyType { get; } = ["Recreate", "RollingUpdate"];

    public static IReadOnlyList<string> DeviceAllocationMode { get; } = ["All", "ExactCount"];

    public static IReadOnlyList<string> DeviceTaintEffect { get; } = ["NoExecute", "NoSchedule", "None"];

    public static IReadOnlyList<string> DeviceTolerationOperator { get; } = ["Equal", "Exists"];

    public static IReadOnlyList<string> DnsPolicy { get; } = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];

    public static IReadOnlyList<string> FailurePolicyType { get; } = ["Fail", "Ignore"];

    public static IReadOnlyList<string> HostPathType { get; } =
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

    /// <summary>The empty word stands for a family that is not known; no Service takes it.</summary>
    public static IReadOnlyList<string> IPFamily { get; } = ["", "IPv4", "IPv6"];

    public static IReadOnlyList<string> IPFamilyPolicy { get; } = ["PreferDualStack", "RequireDualStack", "SingleStack"];

    public static IReadOnlyList<string> KeyUsage { get; } =
    [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature",
        "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc",
        "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping",
    ];

    public static IReadOnlyList<string> MatchPolicyType { get; } = ["Equivalent", "Exact"];

    public static IReadOnlyList<string> MountPropagationMode { get; } = ["Bidirectional", "HostToContainer", "None"];

    public static IReadOnlyList<string> NamespacePhase { get; } = ["Active", "Terminating"];

    public static IReadOnlyList<string> NodeInclusionPolicy { get; } = ["Honor", "Ignore"];

    public static IReadOnlyList<string> NodePhase { get; } = ["Pending", "Running", "Terminated"];

    public static IReadOnlyList<string> NodeSelectorOperator { get; } = ["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"];

    public static IReadOnlyList<string> OperationType { get; } = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

    public static IReadOnlyList<string> PatchType { get; } = ["ApplyConfiguration", "JSONPatch"];

    public static IReadOnlyList<string> PathType { get; } = ["Exact", "ImplementationSpecific", "Prefix"];

    public static IReadOnlyList<string> PersistentVolumeAccessMode { get; } = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public static IReadOnlyList<string> PersistentVolumeClaimModifyVolumeStatus { get; } = ["InProgress", "Infeasible", "Pending"];

    public static IReadOnlyList<string> PersistentVolumeClaimPhase { get; } = ["Bound", "Lost", "Pending"];

    public static IReadOnlyList<string> PersistentVolumeMode { get; } = ["Block", "Filesystem"];

    public static IReadOnlyList<string> PersistentVolumePhase { get; } = ["Available", "Bound", "Failed", "Pending", "Released"];

    public static IReadOnlyList<string> PersistentVolumeReclaimPolicy { get; } = ["Delete", "Recycle", "Retain"];

    public static IReadOnlyList<string> PodFSGroupChangePolicy { get; } = ["Always", "OnRootMismatch"];

    public static IReadOnlyList<string> PodFailurePolicyAction { get; } = ["Count", "FailIndex", "FailJob", "Ignore"];

    public static IReadOnlyList<string> PodFailurePolicyOnExitCodesOperator { get; } = ["In", "NotIn"];

    public static IReadOnlyList<string> PodManagementPolicyType { get; } = ["OrderedReady", "Parallel"];

    public static IReadOnlyList<string> PodPhase { get; } = ["Failed", "Pending", "Running", "Succeeded", "Unknown"];

    public static IReadOnlyList<string> PodQosClass { get; } = ["BestEffort", "Burstable", "Guaranteed"];

    public static IReadOnlyList<string> PodReplacementPolicy { get; } = ["Failed", "TerminatingOrFailed"];

    public static IReadOnlyList<string> PolicyType { get; } = ["Egress", "Ingress"];

    public static IReadOnlyList<string> PreemptionPolicy { get; } = ["Never", "PreemptLowerPriority"];

    public static IReadOnlyList<string> ProcMountType { get; } = ["Default", "Unmasked"];

    public static IReadOnlyList<string> Protocol { get; } = ["SCTP", "TCP", "UDP"];

    public static IReadOnlyList<string> PullPolicy { get; } = ["Always", "IfNotPresent", "Never"];

    public static IReadOnlyList<string> ReinvocationPolicyType { get; } = ["IfNeeded", "Never"];

    public static IReadOnlyList<string> ResourceQuotaScope { get; } =
        ["BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass"];

    public static IReadOnlyList<string> RestartPolicy { get; } = ["Always", "Never", "OnFailure"];

    public static IReadOnlyList<string> ScopeSelectorOperator { get; } = ["DoesNotExist", "Exists", "In", "NotIn"];

    public static IReadOnlyList<string> ScopeType { get; } = ["*", "Cluster", "Namespaced"];

    public static IReadOnlyList<string> SeccompProfileType { get; } = ["Localhost", "RuntimeDefault", "Unconfined"];

    public static IReadOnlyList<string> ServiceAffinity { get; } = ["ClientIP", "None"];

    public static IReadOnlyList<string> ServiceExternalTrafficPolicy { get; } = ["Cluster", "Local"];

    public static IReadOnlyList<string> ServiceInternalTrafficPolicy { get; } = ["Cluster", "Local"];

    public static IReadOnlyList<string> ServiceType { get; } = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

    public static IReadOnlyList<string> SideEffectClass { get; } = ["None", "NoneOnDryRun", "Some", "Unknown"];

    public static IReadOnlyList<string> Signal { get; } =
    [
        .. new[]
        {
            "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT",
            "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
        }
        .Concat(Enumerable.Range(1, 15).Select(static above => $"RTMIN+{above}"))
        .Concat(Enumerable.Range(1, 14).Select(static below => $"RTMAX-{below}"))
        .Select(static name => "SIG" + name)
        .Order(StringComparer.Ordinal),
    ];

    public static IReadOnlyList<string> StatefulSetUpdateStrategyType { get; } = ["OnDelete", "RollingUpdate"];

    public static IReadOnlyList<string> SupplementalGroupsPolicy { get; } = ["Merge", "Strict"];

    public static IReadOnlyList<string> TaintEffect { get; } = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

    public static IReadOnlyList<string> TerminationMessagePolicy { get; } = ["FallbackToLogsOnError", "File"];

    public static IReadOnlyList<string> TolerationOperator { get; } = ["Equal", "Exists", "Gt", "Lt"];

    public static IReadOnlyList<string> UnhealthyPodEvictionPolicyType { get; } = ["AlwaysAllow", "IfHealthyBudget"];

    public static IReadOnlyList<string> UnsatisfiableConstraintAction { get; } = ["DoNotSchedule", "ScheduleAnyway"];

    public static IReadOnlyList<string> UriScheme { get; } = ["HTTP", "HTTPS"];

    public static IReadOnlyList<string> ValidationAction { get; } = ["Audit", "Deny", "Warn"];

    public static IReadOnlyList<string> VolumeBindingMode { get; } = ["Immediate", "WaitForFirstConsumer"];
}
