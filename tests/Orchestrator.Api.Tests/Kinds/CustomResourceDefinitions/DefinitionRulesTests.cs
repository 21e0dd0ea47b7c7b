using Orchestrator.Api.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.CustomResourceDefinitions;

/// <summary>What stands around the schemas: subresources, columns, selectable fields, conversion, approval.</summary>
public sealed class DefinitionRulesTests
{
    private static readonly IKindStrategy Definitions = Strategy("apiextensions.k8s.io", "customresourcedefinitions");

    [Theory]
    [InlineData(""","subresources":{"scale":{"specReplicasPath":".status.a","statusReplicasPath":"x"}}""", "",
        "spec.subresources.scale.specReplicasPath: Invalid value: \".status.a\": should be a json path under .spec|spec.subresources.scale.statusReplicasPath: Invalid value: \"x\": must be a simple json path starting with .")]
    [InlineData(""","additionalPrinterColumns":[{"name":"A","type":"text","jsonPath":".a"}]""", "",
        "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string")]
    [InlineData(""","selectableFields":[{"jsonPath":".spec.nothing"}]""", "", "spec.selectableFields[0].jsonPath: Invalid value: \".spec.nothing\": is an invalid path: does not refer to a valid field")]
    [InlineData(""","selectableFields":[{"jsonPath":".spec"}]""", "",
        "spec.selectableFields[0].jsonPath: Invalid value: \".spec\": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")]
    [InlineData(""","deprecationWarning":"old" """, "", "spec.versions[0].deprecationWarning: Invalid value: \"old\": can only be set for deprecated versions")]
    [InlineData("", ""","conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v9"],"clientConfig":{"url":"https://x/y"}}}""",
        "spec.conversion.conversionReviewVersions: Invalid value: [\"v9\"]: must include at least one of v1, v1beta1")]
    [InlineData("", ""","preserveUnknownFields":true""",
        "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")]
    public void Faults_are_named(string version, string spec, string expected) =>
        AssertFaults(expected, Faults(Definitions, Definition("a.b", version, spec)));

    [Fact]
    public void A_group_of_the_community_needs_approval()
    {
        Assert.StartsWith("metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation", Assert.Single(Faults(Definitions, Definition("a.k8s.io"))), StringComparison.Ordinal);
        Assert.Empty(Faults(Definitions, Definition("a.k8s.io", annotations: """{"api-approved.kubernetes.io":"https://github.com/kubernetes/kubernetes/pull/78458"}""")));
    }

    [Fact]
    public void A_definition_that_is_deleted_waits_for_its_objects()
    {
        var definition = Created(Definitions, Definition("a.b"));
        Assert.True(Definitions.MarkForDeletion(definition, At()));
        Assert.Equal("""["customresourcecleanup.apiextensions.k8s.io"]""", definition["metadata"]!["finalizers"]!.ToJsonString());
        Assert.Equal("InstanceDeletionPending", (string?)definition["status"]!["conditions"]![0]!["reason"]);
    }

    private static string Definition(string group, string version = "", string spec = "", string annotations = "{}") => """
        {"metadata":{"name":"gadgets.GROUP","annotations":ANNOTATIONS},"spec":{"group":"GROUP","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}}}}}}VERSION}]SPEC}}
        """.Replace("GROUP", group, StringComparison.Ordinal).Replace("ANNOTATIONS", annotations, StringComparison.Ordinal)
        .Replace("VERSION", version, StringComparison.Ordinal).Replace("SPEC", spec, StringComparison.Ordinal);
}
