using System.Text;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Machinery;
using Xunit;

namespace Orchestrator.Api.Tests.Kinds.ControllerRevisions;

/// <summary>The data of a ControllerRevision is compared as Go's RawExtension is: byte by byte, as it was sent.</summary>
public sealed class SentDataTests
{
    private static readonly ObjectKey Key = new("apps", "controllerrevisions", "default", "rev");

    private readonly DeciderFixture cluster = new() { Decider = new WriteDecider(KindRegistry.BuiltIn, KindStrategies.BuiltIn, []) };

    [Theory]
    [InlineData("""{"spec":{"x":1}}""", PatchFormat.Merge, true)]
    [InlineData("""{"spec": {"x": 1}}""", PatchFormat.Merge, false)]
    [InlineData("""{"b":1,"a":2}""", PatchFormat.Merge, true)]
    [InlineData("""{"b":1,"a":2}""", PatchFormat.StrategicMerge, false)]
    [InlineData("""{"a":1,"b":2}""", PatchFormat.StrategicMerge, true)]
    [InlineData("""{"a":1.0}""", PatchFormat.Merge, true)]
    [InlineData("""{"a":1.0}""", PatchFormat.StrategicMerge, false)]
    [InlineData("""{"a":"<"}""", PatchFormat.Merge, false)]
    [InlineData("""{"a":"\u003c"}""", PatchFormat.Merge, true)]
    [InlineData("""{"a":"\\ \" b"}""", PatchFormat.Merge, true)]
    [InlineData("{\"a\":\n1}", PatchFormat.Json, false)]
    [InlineData("""{"b":1,"a":2}""", PatchFormat.Json, true)]
    [InlineData("""{"b":1,"a":2}""", PatchFormat.Apply, false)]
    [InlineData("""{"a":2,"b":1}""", PatchFormat.Apply, true)]
    public void A_patch_of_a_label_passes_when_upstreams_encoder_writes_the_bytes_that_were_sent(string data, PatchFormat format, bool passes)
    {
        cluster.Options = cluster.Options with { FieldManager = "tester" };
        var decision = cluster.Patch(
            cluster.Stored(Key, Body(data)),
            format switch
            {
                PatchFormat.Json => """[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]""",
                PatchFormat.Apply => """{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"rev","labels":{"a":"b"}}}""",
                _ => """{"metadata":{"labels":{"a":"b"}}}""",
            },
            format);
        Assert.Equal(passes ? "" : "field is immutable", decision is WriteDecision.Reject reject ? reject.Status.Message.Split(": ")[^1] : "");
    }

    [Theory]
    [InlineData("""{"spec": {"x": 1}}""", """{"spec": {"x": 1}}""", true)]
    [InlineData("""{"spec": {"x": 1}}""", """{"spec":{"x":1}}""", false)]
    [InlineData("""{"spec":{"x":1}}""", """{"spec":{"x":2}}""", false)]
    public void A_put_passes_with_the_very_bytes(string data, string put, bool passes) =>
        Assert.Equal(passes, cluster.Update(cluster.Stored(Key, Body(data)), Body(put, revision: 2)) is WriteDecision.Put);

    [Fact]
    public void The_refusal_shows_the_data_compactly()
    {
        var failure = DeciderFixture.Failure(cluster.Patch(cluster.Stored(Key, Body("""{"spec": {"x": 1}}""")), """{"metadata":{"labels":{"a":"b"}}}"""));
        Assert.Equal(
            (422, "ControllerRevision.apps \"rev\" is invalid: data: Invalid value: {\"spec\":{\"x\":1}}: field is immutable"),
            (failure.Code, failure.Message));
    }

    [Fact]
    public void The_bytes_outlive_a_deletion_that_waits_for_a_finalizer()
    {
        var stored = cluster.Stored(Key, Body("""{"spec": {"x": 1}}""", finalizer: "example.com/wait"));
        var marked = DeciderFixture.Store(Key, cluster.Delete(stored), 8);
        Assert.Equal("""{"spec": {"x": 1}}""", Encoding.UTF8.GetString(SentBytes.Of(marked.Document, "data").Span));
    }

    [Theory]
    [InlineData("""{"x":1}""", "")]
    [InlineData("[1]", "data: Required value: data must be a valid JSON object")]
    [InlineData("\"text\"", "data: Required value: data must be a valid JSON object")]
    [InlineData("null", "data: Required value: data is mandatory")]
    public void Data_is_an_object(string data, string fault) =>
        Assert.Equal(fault, cluster.Create(Key, Body(data)) is WriteDecision.Reject reject ? reject.Status.Message.Split("is invalid: ")[^1] : "");

    private static string Body(string data, int revision = 1, string finalizer = "") =>
        $$$"""{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"rev","finalizers":[{{{(finalizer.Length == 0 ? "" : $"\"{finalizer}\"")}}}]},"revision":{{{revision}}},"data":{{{data}}}}""";
}
