using System.Text;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Schema;
using Xunit;

namespace Orchestrator.Api.Tests.Schema;

public sealed class SchemaDecoderTests
{
    [Theory]
    [InlineData("""{"spec":{"replicas":3}}""", """{"spec":{"replicas":3}}""")]
    [InlineData("""{"spec":{"replicas":null}}""", """{"spec":{}}""")]
    [InlineData("""{"metadata":{"labels":{}}}""", """{"metadata":{}}""")]
    [InlineData("""{"metadata":{"creationTimestamp":"2026-01-02T03:04:05+01:00"}}""", """{"metadata":{"creationTimestamp":"2026-01-02T02:04:05Z"}}""")]
    [InlineData("""{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"}}}}""", """{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"}}}}""")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"1000m","memory":1024}}}]}}}}""", """{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1024"}}}]}}}}""")]
    [InlineData("""{"spec":{"template":{"spec":{"volumes":[{"name":"a","emptyDir":{}}]}}}}""", """{"spec":{"template":{"spec":{"volumes":[{"name":"a","emptyDir":{}}]}}}}""")]
    public void Known_fields_are_kept_in_canonical_form(string json, string expected) =>
        Assert.Equal(expected, Decode(json).Object?.ToJsonString());

    [Theory]
    [InlineData("""{"spec":{"foo":1}}""", "unknown field \"spec.foo\"")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{},{"foo":{"a":1}}]}}}}""", "unknown field \"spec.template.spec.containers[1].foo\"")]
    [InlineData("""{"metadata":{"labels":{"a":"1","a":"2"}}}""", "duplicate field \"metadata.labels.a\"")]
    [InlineData("""{"spec":{"replicas":1,"replicas":2}}""", "duplicate field \"spec.replicas\"")]
    public void Unknown_and_duplicate_fields_are_remarked_on(string json, string remark) => Assert.Equal([remark], Decode(json).Remarks);

    [Theory]
    [InlineData("""{"spec":{"replicas":"three"}}""", "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":1.5}}""", "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32")]
    [InlineData("""{"metadata":{"labels":{"a":1}}}""", "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":{}}}}}""", "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container")]
    [InlineData("""{"spec":[]}""", "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec")]
    [InlineData("""{"metadata":{"creationTimestamp":"today"}}""", "parsing time \"today\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"today\" as \"2006\"")]
    [InlineData("{this is not json", "invalid character 't' looking for beginning of object key string")]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{", "unexpected end of JSON input")]
    public void Faults_are_told_in_gos_words(string json, string fault) => Assert.Equal(fault, Decode(json).Fault);

    [Theory]
    [InlineData("%%%", "illegal base64 data at input byte 0")]
    [InlineData("AA=", "illegal base64 data at input byte 0")]
    [InlineData("AA==", null)]
    public void Base64_is_checked(string value, string? fault)
    {
        var json = Encoding.UTF8.GetBytes("{\"data\":{\"k\":\"" + value + "\"}}");
        Assert.Equal(fault, SchemaDecoder.Decode(json, OpenApiSchemas.For(new GroupVersionKind("", "v1", "Secret"))!).Fault);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var json = new string('[', 200) + new string(']', 200);
        Assert.Equal("exceeded max depth", SchemaDecoder.Decode(Encoding.UTF8.GetBytes(json), SchemaNode.Any).Fault);
    }

    [Fact]
    public void Merge_keys_are_known_where_a_definition_is_referred_to()
    {
        var pod = OpenApiSchemas.For(new GroupVersionKind("", "v1", "Pod"))!.Child("spec")!;
        Assert.Equal(("name", "merge", "map"), (pod.Child("containers")!.PatchMergeKey, pod.Child("containers")!.PatchStrategy, pod.Child("containers")!.ListType));
        var strategy = OpenApiSchemas.For(new GroupVersionKind("apps", "v1", "Deployment"))!.Child("spec")!.Child("strategy")!;
        Assert.Equal(("retainKeys", "DeploymentStrategy"), (strategy.PatchStrategy, strategy.ShortName));
    }

    private static DecodedDocument Decode(string json) =>
        SchemaDecoder.Decode(Encoding.UTF8.GetBytes(json), OpenApiSchemas.For(new GroupVersionKind("apps", "v1", "Deployment"))!);
}
