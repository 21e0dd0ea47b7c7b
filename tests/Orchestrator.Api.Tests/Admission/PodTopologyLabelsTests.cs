using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class PodTopologyLabelsTests
{
    [Theory]
    [InlineData("", """{"metadata":{"labels":{"topology.kubernetes.io/zone":"mine"}},"spec":{"nodeName":"n"}}""",
        """{"metadata":{"labels":{"topology.kubernetes.io/zone":"z1","topology.kubernetes.io/region":"r1"}},"spec":{"nodeName":"n"}}""")]
    [InlineData("", """{"spec":{}}""", """{"spec":{}}""")]
    [InlineData("", """{"spec":{"nodeName":"ghost"}}""", """{"spec":{"nodeName":"ghost"}}""")]
    [InlineData("binding", """{"target":{"kind":"Node","name":"n"}}""",
        """{"target":{"kind":"Node","name":"n"},"metadata":{"labels":{"topology.kubernetes.io/zone":"z1","topology.kubernetes.io/region":"r1"}}}""")]
    [InlineData("binding", """{"target":{"name":"n"}}""", """{"target":{"name":"n"}}""")]
    public void A_pod_gets_zone_and_region_of_its_node(string subresource, string document, string expected)
    {
        var at = At((new ObjectKey("", "nodes", "", "n"),
            """{"metadata":{"labels":{"topology.kubernetes.io/zone":"z1","topology.kubernetes.io/region":"r1","kubernetes.io/hostname":"n"}}}"""));
        var attributes = AdmissionCase.Attributes("", "pods", "p", document, null, at, subresource: subresource);
        Assert.Null(AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "PodTopologyLabels").Admit(attributes));
        AssertSame(expected, attributes.Object);
    }
}
