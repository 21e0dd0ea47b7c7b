using k8s.Models;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Tests.Pods;

public sealed class DownwardFieldsTests
{
    private const string Metadata = """ "labels":{"b":"2","app":"web"},"annotations":{"note":"two\nlines \"quoted\" \\ é \u0001\u200b"} """;

    [Theory]
    [InlineData("metadata.name", "web-0")]
    [InlineData("metadata.namespace", "shop")]
    [InlineData("metadata.uid", "u-1")]
    [InlineData("metadata.labels['app']", "web")]
    [InlineData("metadata.labels['none']", "")]
    [InlineData("metadata.labels", "app=\"web\"\nb=\"2\"")]
    [InlineData("metadata.annotations", """note="two\nlines \"quoted\" \\ é \x01\u200b" """)]
    [InlineData("spec.nodeName", "node-1")]
    [InlineData("spec.serviceAccountName", "robot")]
    [InlineData("status.hostIP", "192.0.2.1")]
    [InlineData("status.podIP", "10.42.0.7")]
    [InlineData("status.podIPs", "10.42.0.7,fd00::7")]
    public void A_field_reads(string path, string text) =>
        Assert.Equal(text.TrimEnd(' '), DownwardFields.Field(PodTexts.Pod(metadata: Metadata), path, PodTexts.Facts));

    [Fact]
    public void A_field_that_is_none_is_named() => Assert.Equal(
        "unsupported fieldPath: spec.foo",
        Assert.Throws<ContainerConfigException>(() => DownwardFields.Field(PodTexts.Pod(), "spec.foo", PodTexts.Facts)).Message);

    [Theory]
    [InlineData("limits.cpu", null, "1")]
    [InlineData("limits.cpu", "1m", "250")]
    [InlineData("requests.cpu", "1m", "100")]
    [InlineData("limits.memory", null, "4294967296")]
    [InlineData("limits.memory", "1Mi", "4096")]
    [InlineData("limits.memory", "0", "4294967296")]
    [InlineData("requests.memory", "1Mi", "65")]
    [InlineData("requests.ephemeral-storage", null, "0")]
    public void A_resource_reads(string resource, string? divisor, string text)
    {
        var pod = PodTexts.Pod("""
            "resources":{"limits":{"cpu":"250m"},"requests":{"cpu":"100m","memory":"68000000"}}
            """);
        var selector = new V1ResourceFieldSelector { Resource = resource, Divisor = divisor is null ? null : new ResourceQuantity(divisor) };
        Assert.Equal(text, DownwardFields.Resource(pod, pod.Spec.Containers[0], selector, PodTexts.Facts));
    }

    [Fact]
    public void A_container_that_is_none_is_named() => Assert.Equal(
        "container other not found",
        Assert.Throws<ContainerConfigException>(() => DownwardFields.Resource(
            PodTexts.Pod(), null, new V1ResourceFieldSelector { ContainerName = "other", Resource = "limits.cpu" }, PodTexts.Facts)).Message);
}
