using Orchestrator.Api.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.CustomResourceDefinitions;

public sealed class CustomResourceDefinitionStrategyTests
{
    private static readonly IKindStrategy Definitions = Strategy("apiextensions.k8s.io", "customresourcedefinitions");

    [Fact]
    public void Names_and_conversion_are_completed_and_the_storage_version_is_remembered() => AssertSame(
        """{"metadata":{"name":"gadgets.a.b"},"spec":{"group":"a.b","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget","singular":"gadget","listKind":"GadgetList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}],"conversion":{"strategy":"None"}},"status":{"storedVersions":["v1"]}}""",
        Created(Definitions, Definition("gadgets.a.b", """{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""")));

    [Theory]
    [InlineData("wrong.name", """{"name":"v1","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""", "metadata.name: Invalid value: \"wrong.name\": must be spec.names.plural+\".\"+spec.group")]
    [InlineData("gadgets.a.b", """{"name":"v1","storage":true}""", "spec.versions[0].schema.openAPIV3Schema: Required value")]
    [InlineData("gadgets.a.b", """{"name":"v1","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},{"name":"v2","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}""",
        "spec.versions: Invalid value: [{\"Name\":\"v1\",\"Served\":false,\"Storage\":true,\"Deprecated\":false,\"DeprecationWarning\":null,\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null},{\"Name\":\"v2\",\"Served\":false,\"Storage\":true,\"Deprecated\":false,\"DeprecationWarning\":null,\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}]: must have exactly one version marked as storage version|status.storedVersions: Invalid value: [\"v1\"]: must have the storage version v2")]
    public void Faults_are_named(string name, string versions, string expected) => AssertFaults(expected, Faults(Definitions, Definition(name, versions)));

    [Fact]
    public void A_new_storage_version_is_added_and_the_group_stays() => AssertFaults(
        "spec.group: Invalid value: \"c.d\": field is immutable",
        [.. UpdateFaults(Definitions,
            """{"metadata":{"name":"gadgets.a.b"},"spec":{"group":"a.b","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},"versions":[{"name":"v1","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]},"status":{"storedVersions":["v1"]}}""",
            """{"metadata":{"name":"gadgets.c.d"},"spec":{"group":"c.d","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},"versions":[{"name":"v1","schema":{"openAPIV3Schema":{"type":"object"}}},{"name":"v2","storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}""")]);

    private static string Definition(string name, string versions) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"group":"a.b","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},"versions":[{{{versions}}}]}}""";
}
