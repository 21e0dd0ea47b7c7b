using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class LimitRangerTests
{
    private const string Limits = """
        {"type":"Pod","max":{"cpu":"2"}},{"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"500m"},"min":{"cpu":"100m"}}
        """;

    [Fact]
    public void Containers_without_resources_get_the_namespaces_defaults_and_the_pod_says_so()
    {
        var pod = Attributes("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"app"},{"name":"set","resources":{"limits":{"cpu":"2"}}}],"initContainers":[{"name":"i"}]}}""", Limits);
        Assert.Null(Plugin.Admit(pod));
        AssertSame("""
            {"metadata":{"name":"p","annotations":{"kubernetes.io/limit-ranger":
              "LimitRanger plugin set: cpu request for container app; cpu limit for container app; cpu request for container set; cpu request for init container i; cpu limit for init container i"}},
             "spec":{"containers":[{"name":"app","resources":{"requests":{"cpu":"500m"},"limits":{"cpu":"1"}}},{"name":"set","resources":{"limits":{"cpu":"2"},"requests":{"cpu":"500m"}}}],
              "initContainers":[{"name":"i","resources":{"requests":{"cpu":"500m"},"limits":{"cpu":"1"}}}]}}
            """, pod.Object);
    }

    [Fact]
    public void Of_several_ranges_each_fills_what_is_still_missing_and_the_last_ones_note_stays()
    {
        var pod = Attributes("""{"metadata":{},"spec":{"containers":[{"name":"a"}]}}""",
            """{"type":"Container","default":{"cpu":"1"}},{"type":"Container","default":{"cpu":"2"}}""", """{"type":"Container","default":{"cpu":"3","memory":"1Gi"}}""");
        Assert.Null(Plugin.Admit(pod));
        AssertSame("""
            {"metadata":{"annotations":{"kubernetes.io/limit-ranger":"LimitRanger plugin set: memory limit for container a"}},
             "spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"2","memory":"1Gi"}}}]}}
            """, pod.Object);
    }

    [Theory]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}""", "maximum cpu usage per Pod is 2.  No limit is specified")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1500m"}}},{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1500m"}}}]}""", "maximum cpu usage per Pod is 2, but limit is 3")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"10m"},"limits":{"cpu":"1"}}}]}""", "minimum cpu usage per Container is 100m, but request is 10m")]
    [InlineData("""{"containers":[{"name":"a"}]}""", "[maximum cpu usage per Pod is 2.  No limit is specified, minimum cpu usage per Container is 100m.  No request is specified]")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}}]}""", null)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}}],"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"1500m"},"limits":{"cpu":"1500m"}}}]}""",
        "maximum cpu usage per Pod is 2, but limit is 2500m")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}}],"initContainers":[{"resources":{"requests":{"cpu":"1500m"},"limits":{"cpu":"1500m"}}}]}""", null)]
    [InlineData("""{"resources":{"limits":{"cpu":"3"}},"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}}]}""", "maximum cpu usage per Pod is 2, but limit is 3")]
    public void Pod_outside_the_range_is_forbidden(string spec, string? expected) =>
        Assert.Equal(expected is null ? null : $"pods \"p\" is forbidden: {expected}", Plugin.Validate(Attributes($$"""{"spec":{{spec}}}""", Limits))?.Message);

    [Theory]
    [InlineData("100m", "400m", "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000")]
    [InlineData("3", "7", "cpu max limit to request ratio per Container is 2, but provided ratio is 2.333333")]
    [InlineData("200m", "400m", null)]
    [InlineData("0", "400m", "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0")]
    [InlineData("1", "0", "cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0")]
    public void Limits_may_not_exceed_requests_by_more_than_the_ratio(string request, string limit, string? expected)
    {
        var pod = Attributes($$$"""{"spec":{"containers":[{"resources":{"requests":{"cpu":"{{{request}}}"},"limits":{"cpu":"{{{limit}}}"} } }]}}""",
            """{"type":"Container","maxLimitRequestRatio":{"cpu":"2"}}""");
        Assert.Equal(expected is null ? null : $"pods \"p\" is forbidden: {expected}", Plugin.Validate(pod)?.Message);
    }

    [Fact]
    public void The_first_range_that_complains_decides()
    {
        var pod = Attributes("""{"spec":{"containers":[{"name":"a"}]}}""", """{"type":"Container","max":{"memory":"1Gi"}}""", """{"type":"Container","max":{"cpu":"1"}}""");
        Assert.Equal("pods \"p\" is forbidden: maximum memory usage per Container is 1Gi.  No limit is specified", Plugin.Validate(pod)?.Message);
    }

    [Theory]
    [InlineData("""{"requests":{"storage":"1Gi"}}""", "minimum storage usage per PersistentVolumeClaim is 2Gi, but request is 1Gi")]
    [InlineData("""{"requests":{"storage":"11Gi"}}""", "maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi")]
    [InlineData("""{"requests":{"storage":"5Gi"}}""", null)]
    [InlineData("{}", "[minimum storage usage per PersistentVolumeClaim is 2Gi.  No request is specified, maximum storage usage per PersistentVolumeClaim is 10Gi.  No request is specified]")]
    public void Claim_outside_the_range_is_forbidden(string resources, string? expected)
    {
        const string Range = """{"type":"PersistentVolumeClaim","min":{"storage":"2Gi"},"max":{"storage":"10Gi"}}""";
        var claim = AdmissionCase.Attributes("", "persistentvolumeclaims", "c", $$$"""{"spec":{"resources":{{{resources}}}}}""", null, At(Ranges(Range)));
        Assert.Equal(expected is null ? null : $"persistentvolumeclaims \"c\" is forbidden: {expected}", Plugin.Validate(claim)?.Message);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("resize", true)]
    [InlineData("status", false)]
    public void Of_a_pods_changes_only_a_resize_is_looked_at(string subresource, bool isRefused)
    {
        const string Document = """{"spec":{"containers":[{"resources":{"requests":{"cpu":"5"},"limits":{"cpu":"5"}}}]}}""";
        var change = AdmissionCase.Attributes("", "pods", "p", Document, Document, At(Ranges(Limits)), subresource: subresource);
        Assert.Equal(isRefused, Plugin.Validate(change) is not null);
        var going = AdmissionCase.Attributes("", "pods", "p", Document, """{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}""", At(Ranges(Limits)), subresource: subresource);
        Assert.Null(Plugin.Validate(going));
    }

    private static IAdmissionPlugin Plugin => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "LimitRanger");

    private static AdmissionAttributes Attributes(string document, params string[] ranges) => AdmissionCase.Attributes("", "pods", "p", document, null, At(Ranges(ranges)));

    private static (ObjectKey, string)[] Ranges(params string[] ranges) =>
        [.. ranges.Select((range, index) => (new ObjectKey("", "limitranges", "ns", $"range-{index}"), $$$"""{"spec":{"limits":[{{{range}}}]}}"""))];
}
