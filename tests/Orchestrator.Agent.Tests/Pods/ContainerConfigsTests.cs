using k8s.Models;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Tests.Pods;

/// <summary>What the runtime is told of containers, sandboxes and names.</summary>
public sealed class ContainerConfigsTests
{
    private static readonly NodeFacts Node = new()
    {
        NodeName = "node-1", Addresses = ["192.0.2.1"], Cpus = 2, MemoryBytes = 4L << 30, DiskBytes = 100L << 30, MaxPods = 110,
    };

    [Fact]
    public void Command_and_arguments_are_expanded_and_environment_is_passed()
    {
        var config = Config(""" "command":["sh","$(A)"],"args":["$(NOPE)","$$(A)"] """);
        Assert.Equal(["sh", "1"], config.Command);
        Assert.Equal(["$(NOPE)", "$(A)"], config.Args);
        Assert.Equal("1", config.Envs.Single(entry => entry.Key == "A").Value.ToStringUtf8());
    }

    [Theory]
    [InlineData("", "", 0, 0L, null)]
    [InlineData("", "", 33, 33L, null)]
    [InlineData("\"runAsUser\":7", "\"runAsUser\":8,\"runAsGroup\":9", 33, 7L, 9L)]
    [InlineData("", "\"runAsUser\":8", 33, 8L, null)]
    public void The_user_is_the_containers_or_the_pods_or_the_images(string own, string pods, long image, long user, long? group)
    {
        var context = Config(Security(own), pods, new Image { Id = "i", Uid = new Orchestrator.AgentProtocol.Cri.Int64Value { Value = image } }).Linux.SecurityContext;
        Assert.Equal((user, group), (context.RunAsUser.Value, context.RunAsGroup?.Value));
    }

    [Theory]
    [InlineData("\"runAsNonRoot\":true", "", "container has runAsNonRoot and image will run as root (pod: \"web-0_shop(u-1)\", container: web)")]
    [InlineData("\"runAsNonRoot\":true,\"runAsUser\":0", "", "container's runAsUser breaks non-root policy (pod: \"web-0_shop(u-1)\", container: web)")]
    [InlineData("\"runAsNonRoot\":true", "app", "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root (pod: \"web-0_shop(u-1)\", container: web)")]
    [InlineData("\"runAsNonRoot\":true,\"runAsUser\":5", "app", null)]
    [InlineData("\"runAsNonRoot\":false", "", null)]
    public void Root_is_refused_where_it_must_not_be(string own, string username, string? message)
    {
        var thrown = Record.Exception(() => Config(Security(own), image: new Image { Id = "i", Username = username }));
        Assert.Equal(message, (thrown as ContainerConfigException)?.Message);
    }

    [Fact]
    public void Security_settings_reach_the_runtime()
    {
        var context = Config(
            Security("""
                "readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false,"capabilities":{"add":["NET_ADMIN"],"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}
                """),
            "\"fsGroup\":5,\"supplementalGroups\":[6]").Linux.SecurityContext;
        Assert.True(context.ReadonlyRootfs && context.NoNewPrivs && !context.Privileged);
        Assert.Equal(["NET_ADMIN"], context.Capabilities.AddCapabilities);
        Assert.Equal(["ALL"], context.Capabilities.DropCapabilities);
        Assert.Equal(SecurityProfile.Types.ProfileType.RuntimeDefault, context.Seccomp.ProfileType);
        Assert.Equal([6L, 5L], context.SupplementalGroups);
        Assert.Contains("/proc/kcore", context.MaskedPaths);
        Assert.Empty(Config(Security("\"privileged\":true")).Linux.SecurityContext.MaskedPaths);
    }

    [Theory]
    [InlineData("", 2, 0, 0, 1000)]
    [InlineData("\"requests\":{\"cpu\":\"250m\",\"memory\":\"1Gi\"}", 256, 0, 0, 750)]
    [InlineData("\"limits\":{\"cpu\":\"500m\",\"memory\":\"64Mi\"}", 512, 50_000, 64L << 20, -997)]
    [InlineData("\"limits\":{\"cpu\":\"1m\"}", 2, 1000, 0, 999)]
    public void Requests_and_limits_become_numbers_of_the_kernel(string resources, long shares, long quota, long memory, long oomScore)
    {
        var linux = Config($"\"resources\":{{{resources}}}").Linux.Resources;
        Assert.Equal((shares, quota, memory, oomScore), (linux.CpuShares, linux.CpuQuota, linux.MemoryLimitInBytes, linux.OomScoreAdj));
    }

    [Theory]
    [InlineData("", "10.96.0.10", "shop.svc.cluster.local svc.cluster.local cluster.local corp.example", "ndots:5")]
    [InlineData("\"dnsPolicy\":\"Default\"", "192.0.2.53", "corp.example", "")]
    [InlineData("\"hostNetwork\":true", "192.0.2.53", "corp.example", "")]
    [InlineData("\"hostNetwork\":true,\"dnsPolicy\":\"ClusterFirstWithHostNet\"", "10.96.0.10", "shop.svc.cluster.local svc.cluster.local cluster.local corp.example", "ndots:5")]
    [InlineData("\"dnsPolicy\":\"None\",\"dnsConfig\":{\"nameservers\":[\"192.0.2.9\"],\"searches\":[\"x\"],\"options\":[{\"name\":\"ndots\",\"value\":\"2\"},{\"name\":\"edns0\"}]}", "192.0.2.9", "x", "ndots:2 edns0")]
    [InlineData("\"dnsConfig\":{\"options\":[{\"name\":\"ndots\",\"value\":\"2\"}]}", "10.96.0.10", "shop.svc.cluster.local svc.cluster.local cluster.local corp.example", "ndots:2")]
    public void Names_are_resolved_by_the_pods_policy(string spec, string servers, string searches, string options)
    {
        var host = PodDns.Read("# the host's\nnameserver 192.0.2.53\nsearch corp.example\n");
        var dns = PodDns.Of(PodTexts.Pod(spec: spec), "10.96.0.10", "cluster.local", host);
        Assert.Equal((servers, searches, options), (string.Join(' ', dns.Servers), string.Join(' ', dns.Searches), string.Join(' ', dns.Options)));
    }

    [Fact]
    public void The_hosts_file_names_the_pod_and_its_aliases()
    {
        var pod = PodTexts.Pod(spec: """ "hostname":"db","subdomain":"data","hostAliases":[{"ip":"192.0.2.7","hostnames":["a","b"]}] """);
        var text = HostsFile.Write(pod, ["10.42.0.7"], "cluster.local", "");
        Assert.Contains("\n10.42.0.7\tdb.data.shop.svc.cluster.local\tdb\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# Entries added by HostAliases.\n192.0.2.7\ta\tb\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", NamespaceMode.Target, "c-1")]
    [InlineData("\"shareProcessNamespace\":true", NamespaceMode.Pod, "")]
    [InlineData("\"hostPID\":true", NamespaceMode.Node, "")]
    public void What_looks_into_a_container_sees_its_processes(string spec, NamespaceMode mode, string target)
    {
        var namespaces = ConfigOf(PodTexts.Pod(spec: spec), targetContainerId: "c-1").Linux.SecurityContext.NamespaceOptions;
        Assert.Equal((mode, target), (namespaces.Pid, namespaces.TargetId));
    }

    private static ContainerConfig Config(string container, string pods = "", Image? image = null) =>
        ConfigOf(PodTexts.Pod(container, $"\"securityContext\":{{{pods}}}"), image);

    private static ContainerConfig ConfigOf(V1Pod pod, Image? image = null, string? targetContainerId = null)
    {
        return ContainerConfigs.Of(new ContainerRequest
        {
            Pod = pod,
            Container = pod.Spec.Containers[0],
            Environment = [new("A", "1")],
            Mappings = [new VolumeMapping("/srv", "/data", true, MountPropagation.PropagationPrivate)],
            Image = image ?? new Image { Id = "i" },
            Node = Node,
            TargetContainerId = targetContainerId,
        });
    }

    private static string Security(string members) => $"\"securityContext\":{{{members}}}";
}
