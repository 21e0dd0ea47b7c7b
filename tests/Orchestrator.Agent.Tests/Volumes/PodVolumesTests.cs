using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Tests.Pods;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Tests.Volumes;

/// <summary>Volumes on this host. Those that need mounts are tried by root alone.</summary>
public sealed class PodVolumesTests : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TemporaryDirectory home = new();
    private readonly PodVolumes volumes;

    public PodVolumesTests() => volumes = new PodVolumes(Path.Combine(home.Path, "u-1"), NullLogger.Instance, PodTexts.Facts);

    public void Dispose()
    {
        volumes.RemoveAsync().GetAwaiter().GetResult();
        home.Dispose();
    }

    [Fact]
    public async Task A_config_map_is_updated_in_place()
    {
        var pod = Pod("""{"name":"v","configMap":{"name":"settings"}}""");
        await PrepareAsync(pod);
        var mapping = Assert.Single(Mappings(pod));
        Assert.Equal((Path.Combine(home.Path, "u-1/volumes/kubernetes.io~configmap/v"), "/data", true), (mapping.HostPath, mapping.ContainerPath, mapping.ReadOnly));
        Assert.Equal("blue", File.ReadAllText(Path.Combine(mapping.HostPath, "color")));

        var changed = PodTexts.MaterialsOf(["""{"metadata":{"name":"settings"},"data":{"color":"red"}}"""], []);
        await volumes.PrepareAsync(pod, changed, TestContext.Current.CancellationToken);
        Assert.Equal("red", File.ReadAllText(Path.Combine(mapping.HostPath, "color")));
    }

    [Fact]
    public async Task Each_volume_that_fails_is_told_and_the_others_are_made()
    {
        var pod = Pod(
            """{"name":"v","configMap":{"name":"none"}},{"name":"w","persistentVolumeClaim":{"claimName":"disk"}},{"name":"e","emptyDir":{}},{"name":"unused","secret":{"secretName":"none"}}""",
            """{"name":"v","mountPath":"/v"},{"name":"w","mountPath":"/w"},{"name":"e","mountPath":"/e"}""");
        var failure = await Assert.ThrowsAsync<VolumeException>(() => PrepareAsync(pod));
        Assert.Equal(
            ["MountVolume.SetUp failed for volume \"v\" : configmap \"none\" not found",
                "MountVolume.SetUp failed for volume \"w\" : persistentvolumeclaim \"disk\" cannot be mounted: this node has no persistent volumes"],
            failure.Messages);
        Assert.True(Directory.Exists(Path.Combine(home.Path, "u-1/volumes/kubernetes.io~empty-dir/e")));
    }

    [Fact]
    public async Task An_empty_directory_is_open_to_all_and_keeps_what_was_written()
    {
        var pod = Pod("""{"name":"v","emptyDir":{}}""");
        await PrepareAsync(pod);
        var path = Assert.Single(Mappings(pod)).HostPath;
        Assert.Equal((UnixFileMode)0x1FF, File.GetUnixFileMode(path));
        File.WriteAllText(Path.Combine(path, "kept"), "");
        await PrepareAsync(pod);
        Assert.True(File.Exists(Path.Combine(path, "kept")));
        await volumes.RemoveAsync();
        Assert.False(Directory.Exists(path));
    }

    [Theory]
    [InlineData(null, MountPropagation.PropagationPrivate)]
    [InlineData("HostToContainer", MountPropagation.PropagationHostToContainer)]
    [InlineData("Bidirectional", MountPropagation.PropagationBidirectional)]
    public void Propagation_is_as_asked_for(string? asked, MountPropagation propagation)
    {
        var pod = Pod("""{"name":"v","hostPath":{"path":"/srv"}}""", """{"name":"v","mountPath":"data","readOnly":true}""");
        pod.Spec.Containers[0].VolumeMounts[0].MountPropagation = asked;
        Assert.Equal(new VolumeMapping("/srv", "/data", true, propagation), Assert.Single(Mappings(pod)));
    }

    [Theory]
    [InlineData("\"subPath\":\"../up\"", "unable to provision SubPath `../up`: must not contain '..'")]
    [InlineData("\"subPath\":\"/abs\"", "error SubPath `/abs` must not be an absolute path")]
    [InlineData("\"subPathExpr\":\"$(NOPE)\"", "missing value for \"NOPE\"")]
    [InlineData("\"subPathExpr\":\"$(UP)\"", "unable to provision SubPath `a/../..`: must not contain '..'")]
    public void A_sub_path_is_checked_before_it_is_used(string member, string message)
    {
        var pod = Pod("""{"name":"v","emptyDir":{}}""", $$"""{"name":"v","mountPath":"/data",{{member}}}""");
        var environment = new Dictionary<string, string> { ["UP"] = "a/../.." };
        Assert.Equal(message, Assert.Throws<ContainerConfigException>(() => volumes.MappingsFor(pod, pod.Spec.Containers[0], environment)).Message);
    }

    [Fact]
    public async Task Secrets_are_kept_in_memory_and_leave_nothing_behind()
    {
        NeedsRoot();
        var pod = Pod(
            """{"name":"v","secret":{"secretName":"keys"}},{"name":"m","emptyDir":{"medium":"Memory","sizeLimit":"1Mi"}}""",
            """{"name":"v","mountPath":"/v"},{"name":"m","mountPath":"/m"}""");
        await PrepareAsync(pod);
        await PrepareAsync(pod);
        Assert.Equal(2, Mounts.Under(home.Path).Count);
        var paths = Mappings(pod).Select(mapping => mapping.HostPath).ToList();
        Assert.Equal("s3cret", File.ReadAllText(Path.Combine(paths[0], "password")));
        Assert.Equal("tmpfs", new DriveInfo(paths[0]).DriveFormat);
        Assert.Equal(1L << 20, new DriveInfo(paths[1]).TotalSize);

        // Another agent, after a crash of the first one, knows no more than the directory.
        await new PodVolumes(Path.Combine(home.Path, "u-1"), NullLogger.Instance).RemoveAsync();
        Assert.Empty(Mounts.Under(home.Path));
        Assert.False(Directory.Exists(paths[0]));
    }

    [Fact]
    public async Task The_group_of_the_pod_may_read_its_files_and_write_its_directories()
    {
        NeedsRoot();
        var pod = Pod(
            """{"name":"v","configMap":{"name":"settings","defaultMode":256}},{"name":"e","emptyDir":{}},{"name":"m","emptyDir":{"medium":"Memory"}}""",
            """{"name":"v","mountPath":"/v"},{"name":"e","mountPath":"/e"},{"name":"m","mountPath":"/m"}""",
            "\"securityContext\":{\"fsGroup\":4321}");
        await PrepareAsync(pod);
        var paths = Mappings(pod).Select(mapping => mapping.HostPath).ToList();
        Assert.Equal("440:4321", Stat(Path.Combine(paths[0], "color")));
        Assert.Equal("2777:4321", Stat(paths[1]));
        Assert.Equal("3777:4321", Stat(paths[2]));
        Assert.Equal("750:0", Stat(Path.Combine(home.Path, "u-1/volumes")));
    }

    [Fact]
    public async Task A_sub_path_shows_just_that_part_and_is_made_when_missing()
    {
        NeedsRoot();
        var pod = Pod(
            """{"name":"v","emptyDir":{}},{"name":"c","configMap":{"name":"settings"}}""",
            """{"name":"v","mountPath":"/data","subPathExpr":"logs/$(NAME)"},{"name":"c","mountPath":"/etc/color","subPath":"color"}""");
        await PrepareAsync(pod);
        var environment = new Dictionary<string, string> { ["NAME"] = "web" };
        var first = volumes.MappingsFor(pod, pod.Spec.Containers[0], environment);
        File.WriteAllText(Path.Combine(first[0].HostPath, "x"), "1");
        Assert.True(File.Exists(Path.Combine(home.Path, "u-1/volumes/kubernetes.io~empty-dir/v/logs/web/x")));
        Assert.Equal("blue", File.ReadAllText(first[1].HostPath));

        var again = volumes.MappingsFor(pod, pod.Spec.Containers[0], environment);
        Assert.Equal(first, again);
        Assert.True(File.Exists(Path.Combine(again[0].HostPath, "x")));
        Assert.Equal(2, Mounts.Under(home.Path).Count);
        await volumes.RemoveAsync();
        Assert.Empty(Mounts.Under(home.Path));
    }

    [Theory]
    [InlineData("/etc", "out")]
    [InlineData("/etc", "out/passwd")]
    [InlineData("../../../../..", "out")]
    [InlineData("/does/not/exist", "out/x")]
    public async Task A_link_out_of_the_volume_is_refused(string target, string subPath)
    {
        NeedsRoot();
        var pod = Pod("""{"name":"v","emptyDir":{}}""", $$"""{"name":"v","mountPath":"/data","subPath":"{{subPath}}"}""");
        await PrepareAsync(pod);
        File.CreateSymbolicLink(Path.Combine(home.Path, "u-1/volumes/kubernetes.io~empty-dir/v/out"), target);
        Assert.Equal(
            "failed to prepare subPath for volumeMount \"v\" of container \"web\"",
            Assert.Throws<ContainerConfigException>(() => Mappings(pod)).Message);
        Assert.Empty(Mounts.Under(home.Path));
    }

    [Fact]
    public async Task A_link_inside_the_volume_is_followed()
    {
        NeedsRoot();
        var pod = Pod("""{"name":"v","emptyDir":{}}""", """{"name":"v","mountPath":"/data","subPath":"link"}""");
        await PrepareAsync(pod);
        var root = Path.Combine(home.Path, "u-1/volumes/kubernetes.io~empty-dir/v");
        Directory.CreateDirectory(Path.Combine(root, "real"));
        File.WriteAllText(Path.Combine(root, "real/x"), "1");
        File.CreateSymbolicLink(Path.Combine(root, "link"), "real");
        Assert.Equal("1", File.ReadAllText(Path.Combine(Assert.Single(Mappings(pod)).HostPath, "x")));
    }

    private Task PrepareAsync(V1Pod pod) => volumes.PrepareAsync(pod, PodTexts.Materials, TestContext.Current.CancellationToken);

    private IReadOnlyList<VolumeMapping> Mappings(V1Pod pod) => volumes.MappingsFor(pod, pod.Spec.Containers[0], NoVariables);

    private static V1Pod Pod(string volumes, string mounts = """{"name":"v","mountPath":"/data"}""", string? spec = null) =>
        PodTexts.Pod($"\"volumeMounts\":[{mounts}]", $"\"volumes\":[{volumes}]" + (spec is null ? "" : "," + spec));

    private static void NeedsRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounts need root");

    private static string Stat(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-L", "-c", "%a:%g", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
