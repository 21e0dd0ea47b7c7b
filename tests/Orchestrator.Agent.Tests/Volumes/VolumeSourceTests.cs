using System.Net.Sockets;
using System.Text;
using k8s.Models;
using Orchestrator.Agent.Tests.Pods;
using Orchestrator.Agent.Volumes;

namespace Orchestrator.Agent.Tests.Volumes;

/// <summary>Which files a source becomes, and what is wrong with one that becomes none.</summary>
public sealed class VolumeSourceTests
{
    [Theory]
    [InlineData("""{"configMap":{"name":"settings"}}""", "a.b=dotted:644 color=blue:644 raw=\0\u0001\u0002:644")]
    [InlineData("""{"configMap":{"name":"settings","defaultMode":256,"items":[{"key":"color","path":"x/y"},{"key":"a.b","path":"z","mode":511}]}}""", "x/y=blue:400 z=dotted:777")]
    [InlineData("""{"configMap":{"name":"none","optional":true}}""", "")]
    [InlineData("""{"configMap":{"name":"settings","optional":true,"items":[{"key":"none","path":"x"}]}}""", "")]
    [InlineData("""{"secret":{"secretName":"keys","defaultMode":288}}""", "password=s3cret:440")]
    [InlineData("""{"downwardAPI":{"items":[{"path":"name","fieldRef":{"fieldPath":"metadata.name"}},{"path":"mem","resourceFieldRef":{"containerName":"web","resource":"limits.memory","divisor":"1Gi"}}]}}""", "mem=4:644 name=web-0:644")]
    [InlineData("""{"projected":{"defaultMode":420,"sources":[{"configMap":{"name":"settings","items":[{"key":"color","path":"c"}]}},{"secret":{"name":"keys"}},{"serviceAccountToken":{"path":"token"}}]}}""", "c=blue:644 password=s3cret:644 token=eyJ:644")]
    public void A_source_becomes_files(string source, string files) => Assert.Equal(files, string.Join(' ', Files(source)
        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .Select(entry => $"{entry.Key}={Encoding.UTF8.GetString(entry.Value.Content)}:{Convert.ToString(entry.Value.Mode, 8)}")));

    [Theory]
    [InlineData("""{"configMap":{"name":"none"}}""", "configmap \"none\" not found")]
    [InlineData("""{"configMap":{"name":"settings","items":[{"key":"none","path":"x"}]}}""", "references non-existent config key: none")]
    [InlineData("""{"secret":{"secretName":"none"}}""", "secret \"none\" not found")]
    [InlineData("""{"secret":{"secretName":"keys","items":[{"key":"none","path":"x"}]}}""", "references non-existent secret key: none")]
    [InlineData("""{"projected":{"sources":[{"configMap":{"name":"a"}},{"secret":{"name":"b"}}]}}""", "[configmap \"a\" not found, secret \"b\" not found]")]
    [InlineData("""{"projected":{"sources":[{"serviceAccountToken":{"path":"other"}}]}}""", "failed to fetch token: serviceaccounts \"robot\" not found")]
    public void A_source_that_cannot_be_shown_says_why(string source, string message) =>
        Assert.Equal(message, Assert.Throws<VolumeException>(() => Files(source)).Message);

    [Theory]
    [InlineData("\"securityContext\":{\"runAsUser\":7}", 0x180, 7L)]
    [InlineData("\"securityContext\":{\"fsGroup\":9}", 0x180, null)]
    [InlineData("", 0x1A4, null)]
    public void A_token_is_for_those_who_need_it(string spec, int mode, long? owner)
    {
        var file = TokenVolume.File(new V1ServiceAccountTokenProjection { Path = "token" }, "token", null, PodTexts.Pod(spec: spec), PodTexts.Materials).Value;
        Assert.Equal((mode, owner), (file.Mode, file.Owner));
    }

    [Theory]
    [InlineData("16Mi", "", 16L << 20)]
    [InlineData(null, "", 4L << 30)]
    [InlineData("16Mi", "\"resources\":{\"limits\":{\"memory\":\"1Mi\"}}", 1L << 20)]
    public void Memory_is_bounded_by_the_least_limit(string? sizeLimit, string container, long size) => Assert.Equal(
        size, EmptyDirVolume.SizeOf(new V1EmptyDirVolumeSource { SizeLimit = sizeLimit is null ? null : new ResourceQuantity(sizeLimit) }, PodTexts.Pod(container), PodTexts.Facts));

    [Theory]
    [InlineData("Directory", "file", "hostPath type check failed: {0} is not a directory")]
    [InlineData("Directory", "missing", "hostPath type check failed: {0} is not a directory")]
    [InlineData("Directory", "", null)]
    [InlineData("File", "", "hostPath type check failed: {0} is not a file")]
    [InlineData("File", "file", null)]
    [InlineData("FileOrCreate", "made", null)]
    [InlineData("FileOrCreate", "no/such/parent", "open {0}: no such file or directory")]
    [InlineData("DirectoryOrCreate", "made/deep", null)]
    [InlineData("DirectoryOrCreate", "file", "hostPath type check failed: {0} is not a directory")]
    [InlineData("Socket", "file", "hostPath type check failed: {0} is not a socket file")]
    [InlineData("Socket", "socket", null)]
    [InlineData("CharDevice", "file", "hostPath type check failed: {0} is not a character device")]
    [InlineData("BlockDevice", "file", "hostPath type check failed: {0} is not a block device")]
    [InlineData("", "missing", null)]
    public void A_host_path_is_what_its_type_says(string type, string name, string? message)
    {
        using var home = new TemporaryDirectory();
        home.File("file");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(home.Path, "socket")));
        var path = name.Length == 0 ? home.Path : Path.Combine(home.Path, name);
        var thrown = Record.Exception(() => HostPathVolume.Prepare(new V1HostPathVolumeSource { Path = path, Type = type }));
        Assert.Equal(message?.Replace("{0}", path, StringComparison.Ordinal), thrown?.Message);
    }

    [Fact]
    public void A_character_device_is_known() => HostPathVolume.Prepare(new V1HostPathVolumeSource { Path = "/dev/null", Type = "CharDevice" });

    [Fact]
    public void Mounts_are_undone_from_the_innermost() => Assert.Equal(
        ["/pods/u 1/v/x", "/pods/u 1/v"],
        Mounts.Under(
            "/pods/u 1",
            ["1 0 8:1 / / rw - ext4 d rw", @"2 1 0:9 / /pods/u\0401/v rw - tmpfs t rw", @"3 2 0:9 / /pods/u\0401/v/x rw - tmpfs t rw", @"4 1 0:9 / /pods/u\0401x rw - tmpfs t rw"]));

    private static IReadOnlyDictionary<string, VolumeFile> Files(string source)
    {
        var volume = k8s.KubernetesJson.Deserialize<V1Volume>(source);
        var (pod, materials, facts) = (PodTexts.Pod(), PodTexts.Materials, PodTexts.Facts);
        return volume switch
        {
            { ConfigMap: { } map } => ConfigMapVolume.Files(map, materials),
            { Secret: { } secret } => SecretVolume.Files(secret, materials),
            { DownwardAPI: { } downward } => DownwardVolume.Files(downward.Items, downward.DefaultMode, pod, facts),
            _ => ProjectedVolume.Files(volume.Projected, "token", pod, materials, facts),
        };
    }
}
