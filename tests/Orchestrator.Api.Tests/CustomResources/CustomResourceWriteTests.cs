using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.CustomResources.Definitions;

namespace Orchestrator.Api.Tests.CustomResources;

/// <summary>Writes of custom resources through the one write path.</summary>
public sealed class CustomResourceWriteTests
{
    private const string Old = """{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"},"old":{"type":"string"}}}}}""";
    private const string New = """
        {"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer","maximum":10},"color":{"type":"string","default":"red"},
        "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","required":["n"],"properties":{"n":{"type":"string"},"v":{"type":"integer"}}}}}},
        "status":{"type":"object","properties":{"size":{"type":"integer"}}}}}
        """;

    private static readonly ObjectKey Key = new("a.b", "widgets", "default", "w");

    private readonly DeciderFixture cluster;

    public CustomResourceWriteTests() => cluster = Cluster(
        Version("v1", New, ""","subresources":{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}}""") + "," + Version("v1beta1", Old, isStorage: false));

    [Fact]
    public void A_new_object_is_pruned_defaulted_and_counted()
    {
        var decision = cluster.Create(Key, Widget("v1", """{"size":2,"dropped":1}""", ""","status":{"size":9}"""));
        var document = DeciderFixture.Document(decision);
        Assert.Equal("""{"size":2,"color":"red"}""", document["spec"]!.ToJsonString());
        Assert.Null(document["status"]);
        Assert.Equal(1, (int)document["metadata"]!["generation"]!);
    }

    [Theory]
    [InlineData("Strict", """{"size":1,"dropped":1}""", "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.dropped\"")]
    [InlineData("Strict", """{"size":1,"size":2}""", "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate field \"spec.size\"")]
    [InlineData("Ignore", """{"size":11}""", "Widget.a.b \"w\" is invalid: spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10")]
    public void A_faulty_object_is_refused(string validation, string spec, string expected)
    {
        cluster.Options = cluster.Options with { FieldValidation = validation };
        Assert.Equal(expected, DeciderFixture.Failure(cluster.Create(Key, Widget("v1", spec))).Message);
    }

    [Fact]
    public void Unknown_fields_are_warned_of()
    {
        cluster.Options = cluster.Options with { FieldValidation = "Warn" };
        Assert.Equal(["unknown field \"spec.dropped\""], cluster.Create(Key, Widget("v1", """{"dropped":1}""")).Warnings);
    }

    [Fact]
    public void A_body_of_another_version_is_refused() => Assert.Equal(
        "the API version in the data (a.b/v1beta1) does not match the expected API version (a.b/v1)",
        DeciderFixture.Failure(cluster.Create(Key, Widget("v1beta1", "{}"))).Message);

    [Fact]
    public void An_object_of_another_version_is_stored_in_the_storage_version_without_what_that_does_not_know()
    {
        cluster.Options = cluster.Options with { Version = "v1beta1" };
        var document = DeciderFixture.Document(cluster.Create(Key, Widget("v1beta1", """{"size":2,"old":"x"}""")));
        Assert.Equal("a.b/v1", (string?)document["apiVersion"]);
        Assert.Equal("""{"size":2}""", document["spec"]!.ToJsonString());
    }

    [Fact]
    public void A_stored_object_is_defaulted_when_it_is_read()
    {
        var definition = Established(Version("v1", New));
        var view = CustomDocuments.View(DeciderFixture.Raw(Key, Widget("v1", "{}"), 9).Document, definition.Versions[0]);
        Assert.Contains("\"color\":\"red\"", System.Text.Encoding.UTF8.GetString(view.Span), StringComparison.Ordinal);
        Assert.Contains("\"resourceVersion\":\"9\"", System.Text.Encoding.UTF8.GetString(view.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_is_written_alone_and_counts_no_generation()
    {
        var stored = cluster.Stored(Key, Widget("v1", """{"size":2}"""));
        cluster.Options = cluster.Options with { Subresource = "status" };
        var document = DeciderFixture.Document(cluster.Patch(stored, """{"spec":{"size":9},"status":{"size":4}}"""));
        Assert.Equal(2, (int)document["spec"]!["size"]!);
        Assert.Equal(4, (int)document["status"]!["size"]!);
        Assert.Equal(1, (int)document["metadata"]!["generation"]!);
    }

    [Fact]
    public void A_scale_changes_the_field_that_its_path_names()
    {
        var stored = cluster.Stored(Key, Widget("v1", """{"size":2}"""));
        cluster.Options = cluster.Options with { Subresource = "scale" };
        var document = DeciderFixture.Document(cluster.Patch(stored, """{"spec":{"replicas":4}}"""));
        Assert.Equal(4, (int)document["spec"]!["size"]!);
        Assert.Equal(2, (int)document["metadata"]!["generation"]!);
    }

    [Fact]
    public void A_strategic_patch_is_not_understood()
    {
        var stored = cluster.Stored(Key, Widget("v1", "{}"));
        Assert.Equal(415, DeciderFixture.Failure(cluster.Patch(stored, "{}", PatchFormat.StrategicMerge)).Code);
    }

    [Fact]
    public void Lists_are_merged_by_their_keys_when_applied()
    {
        var stored = cluster.Stored(Key, Widget("v1", """{"parts":[{"n":"a","v":1}]}"""));
        cluster.Options = cluster.Options with { FieldManager = "me" };
        var document = DeciderFixture.Document(cluster.Patch(
            stored, """{"apiVersion":"a.b/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"parts":[{"n":"b","v":2}]}}""", PatchFormat.Apply));
        Assert.Equal("""[{"n":"a","v":1},{"n":"b","v":2}]""", document["spec"]!["parts"]!.ToJsonString());
    }

    [Fact]
    public void An_update_must_name_the_version_that_it_is_based_on() => Assert.Equal(
        "Widget", DeciderFixture.Failure(cluster.Update(cluster.Stored(Key, Widget("v1", "{}")), Widget("v1", "{}"))).Message[..6], ignoreCase: true);

    [Fact]
    public void A_finalizer_without_a_path_is_let_in_and_warned_of()
    {
        var decision = cluster.Create(Key, """{"apiVersion":"a.b/v1","kind":"Widget","metadata":{"name":"w","namespace":"default","finalizers":["done.a.b"]}}""");
        Assert.Contains("prefer a domain-qualified finalizer name", Assert.Single(decision.Warnings), StringComparison.Ordinal);
    }

    private static DeciderFixture Cluster(string versions)
    {
        var kinds = CustomKinds.Registry(KindRegistry.BuiltIn, [Established(versions)]);
        return new DeciderFixture { Decider = new WriteDecider(kinds, new KindStrategies([]), []) };
    }

    private static string Widget(string version, string spec, string more = "") =>
        $$"""{"apiVersion":"a.b/{{version}}","kind":"Widget","metadata":{"name":"w","namespace":"default"},"spec":{{spec}}{{more}}}""";
}
