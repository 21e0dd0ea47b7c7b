using System.Globalization;
using Google.Protobuf;
using k8s.Models;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>What a container is made from.</summary>
internal sealed record ContainerRequest
{
    public required V1Pod Pod { get; init; }

    public required V1Container Container { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public required IReadOnlyList<VolumeMapping> Mappings { get; init; }

    /// <summary>The image on the host.</summary>
    public required Image Image { get; init; }

    public required NodeFacts Node { get; init; }

    public int Attempt { get; init; }

    public int BackOffStep { get; init; }

    /// <summary>The hosts file of the pod; null when the pod brings its own way of naming hosts.</summary>
    public string? HostsFile { get; init; }

    /// <summary>The container, by the runtime's id, whose processes this one sees; null: as the pod has it.</summary>
    public string? TargetContainerId { get; init; }

    /// <summary>The file of the host that takes the container's last words.</summary>
    public string? TerminationMessageFile { get; init; }
}

/// <summary>Writes the runtime's configuration of a container from the pod's document. Pure.</summary>
/// <remarks>Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go and security_context.go.</remarks>
internal static class ContainerConfigs
{
    private const string DefaultTerminationMessagePath = "/dev/termination-log";
    private const string HostsPath = "/etc/hosts";

    /// <summary>Parts of /proc and /sys that containers do not see. Upstream: pkg/securitycontext/util.go.</summary>
    private static readonly string[] MaskedPaths =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    /// <summary>Parts of /proc that containers cannot write.</summary>
    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>The configuration.</summary>
    /// <exception cref="ContainerConfigException">The pod asks for what cannot be.</exception>
    public static ContainerConfig Of(ContainerRequest request)
    {
        var container = request.Container;
        var environment = new Dictionary<string, string>(request.Environment, StringComparer.Ordinal);
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Name, Attempt = (uint)request.Attempt },
            Image = new ImageSpec { Image = request.Image.Id, UserSpecifiedImage = container.Image },
            WorkingDir = container.WorkingDir ?? "",
            LogPath = $"{container.Name}/{request.Attempt.ToString(CultureInfo.InvariantCulture)}.log",
            Stdin = container.Stdin == true,
            StdinOnce = container.StdinOnce == true,
            Tty = container.Tty == true,
            Linux = new LinuxContainerConfig
            {
                Resources = ContainerResourceLimits.Of(request.Pod, container, request.Node.MemoryBytes),
                SecurityContext = SecurityOf(request),
            },
        };
        config.Command.Add((container.Command ?? []).Select(word => Environments.Expand(word, environment)));
        config.Args.Add((container.Args ?? []).Select(word => Environments.Expand(word, environment)));
        config.Envs.Add(request.Environment.Select(entry => new KeyValue { Key = entry.Key, Value = ByteString.CopyFromUtf8(entry.Value) }));
        config.Mounts.Add(MountsOf(request));
        Describe(config, request);
        return config;
    }

    private static void Describe(ContainerConfig config, ContainerRequest request)
    {
        var (pod, container) = (request.Pod, request.Container);
        config.Labels.Add(CriLabels.ContainerName, container.Name);
        config.Labels.Add(CriLabels.PodName, pod.Metadata.Name);
        config.Labels.Add(CriLabels.PodNamespace, pod.Metadata.NamespaceProperty);
        config.Labels.Add(CriLabels.PodUid, pod.Metadata.Uid);
        config.Annotations.Add(CriLabels.Hash, PodSpecs.Hash(container));
        config.Annotations.Add(CriLabels.RestartCount, request.Attempt.ToString(CultureInfo.InvariantCulture));
        config.Annotations.Add(CriLabels.BackOffStep, request.BackOffStep.ToString(CultureInfo.InvariantCulture));
        config.Annotations.Add(CriLabels.TerminationMessagePolicy, container.TerminationMessagePolicy ?? "File");
        if (request.TerminationMessageFile is { } file)
        {
            config.Annotations.Add(CriLabels.TerminationMessageFile, file);
        }
    }

    private static IEnumerable<Mount> MountsOf(ContainerRequest request)
    {
        foreach (var mapping in request.Mappings)
        {
            yield return new Mount
            {
                HostPath = mapping.HostPath,
                ContainerPath = mapping.ContainerPath,
                Readonly = mapping.ReadOnly,
                Propagation = mapping.Propagation,
                RecursiveReadOnly = mapping.RecursiveReadOnly,
            };
        }

        // A pod that mounts something there itself wants that.
        if (request.HostsFile is { } hosts && request.Mappings.All(mapping => mapping.ContainerPath != HostsPath))
        {
            yield return new Mount { HostPath = hosts, ContainerPath = HostsPath };
        }

        if (request.TerminationMessageFile is { } file)
        {
            yield return new Mount { HostPath = file, ContainerPath = request.Container.TerminationMessagePath is { Length: > 0 } path ? path : DefaultTerminationMessagePath };
        }
    }

    private static LinuxContainerSecurityContext SecurityOf(ContainerRequest request)
    {
        var (own, pods) = (request.Container.SecurityContext, request.Pod.Spec.SecurityContext);
        var context = new LinuxContainerSecurityContext
        {
            Privileged = own?.Privileged == true,
            ReadonlyRootfs = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivs = own?.AllowPrivilegeEscalation == false,
            NamespaceOptions = NamespacesOf(request),
            Seccomp = Profile(own?.SeccompProfile ?? pods?.SeccompProfile),
        };
        SetUser(context, request);
        if (own?.Capabilities is { } capabilities)
        {
            context.Capabilities = new Capability();
            context.Capabilities.AddCapabilities.Add(capabilities.Add ?? []);
            context.Capabilities.DropCapabilities.Add(capabilities.Drop ?? []);
        }

        if ((own?.AppArmorProfile ?? pods?.AppArmorProfile) is { } appArmor)
        {
            context.Apparmor = Profile(appArmor.Type, appArmor.LocalhostProfile);
        }

        if (!context.Privileged && own?.ProcMount != "Unmasked")
        {
            context.MaskedPaths.Add(MaskedPaths);
            context.ReadonlyPaths.Add(ReadOnlyPaths);
        }

        context.SupplementalGroups.Add(pods?.SupplementalGroups?.Where(group => group.HasValue).Select(group => group!.Value) ?? []);
        if (pods?.FsGroup is { } fsGroup)
        {
            context.SupplementalGroups.Add(fsGroup);
        }

        return context;
    }

    private static NamespaceOption NamespacesOf(ContainerRequest request)
    {
        var namespaces = SandboxConfigs.Namespaces(request.Pod);
        if (request.TargetContainerId is { } target && namespaces.Pid == NamespaceMode.Container)
        {
            (namespaces.Pid, namespaces.TargetId) = (NamespaceMode.Target, target);
        }

        return namespaces;
    }

    private static void SetUser(LinuxContainerSecurityContext context, ContainerRequest request)
    {
        var (own, pods, image) = (request.Container.SecurityContext, request.Pod.Spec.SecurityContext, request.Image);
        var user = own?.RunAsUser ?? pods?.RunAsUser;
        if (user is { } chosen)
        {
            context.RunAsUser = new AgentProtocol.Cri.Int64Value { Value = chosen };
        }
        else if (image.Uid is not null)
        {
            context.RunAsUser = image.Uid;
        }
        else if (image.Username.Length > 0)
        {
            context.RunAsUsername = image.Username;
        }
        else
        {
            context.RunAsUser = new AgentProtocol.Cri.Int64Value { Value = 0 };
        }

        if ((own?.RunAsGroup ?? pods?.RunAsGroup) is { } group)
        {
            context.RunAsGroup = new AgentProtocol.Cri.Int64Value { Value = group };
        }

        if ((own?.RunAsNonRoot ?? pods?.RunAsNonRoot) == true)
        {
            RefuseRoot(request, user, context);
        }
    }

    private static void RefuseRoot(ContainerRequest request, long? chosen, LinuxContainerSecurityContext context)
    {
        var about = $"(pod: \"{PodSpecs.Title(request.Pod)}\", container: {request.Container.Name})";
        if (chosen is { } user)
        {
            if (user == 0)
            {
                throw new ContainerConfigException($"container's runAsUser breaks non-root policy {about}");
            }

            return;
        }

        if (context.RunAsUsername.Length > 0)
        {
            throw new ContainerConfigException($"container has runAsNonRoot and image has non-numeric user ({context.RunAsUsername}), cannot verify user is non-root {about}");
        }

        if (context.RunAsUser.Value == 0)
        {
            throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {about}");
        }
    }

    private static SecurityProfile Profile(V1SeccompProfile? profile) =>
        profile is null ? new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.Unconfined } : Profile(profile.Type, profile.LocalhostProfile);

    private static SecurityProfile Profile(string type, string? localhost) => new()
    {
        ProfileType = type switch
        {
            "RuntimeDefault" => SecurityProfile.Types.ProfileType.RuntimeDefault,
            "Localhost" => SecurityProfile.Types.ProfileType.Localhost,
            _ => SecurityProfile.Types.ProfileType.Unconfined,
        },
        LocalhostRef = localhost ?? "",
    };
}
