using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tests.Machinery;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

public sealed class ApplyThroughDeciderTests
{
    private const string Yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\ndata:\n  a: \"1\"\n";

    [Theory]
    [InlineData(Yaml)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{"a":"1"}}""")]
    public void Applying_what_is_not_there_creates_it(string configuration)
    {
        var created = DeciderFixture.Document(Apply(Fixture("one"), null, configuration));
        Assert.Equal("""{"a":"1"}""", created["data"]!.ToJsonString());
        Assert.Equal(("one", "Apply", """{"f:data":{"f:a":{}}}"""), Owner(created, 0));
    }

    [Fact]
    public void Applying_the_same_again_changes_nothing()
    {
        var stored = DeciderFixture.Store(DeciderFixture.ConfigMap, Apply(Fixture("one"), null, Yaml));
        Assert.IsType<WriteDecision.Unchanged>(Apply(Fixture("one"), stored, Yaml));
    }

    [Fact]
    public void Another_managers_field_is_a_conflict_unless_forced()
    {
        var stored = DeciderFixture.Store(DeciderFixture.ConfigMap, Apply(Fixture("one"), null, Yaml));
        var other = Yaml.Replace("\"1\"", "\"2\"", StringComparison.Ordinal);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"one\": .data.a", DeciderFixture.Failure(Apply(Fixture("two"), stored, other)).Message);
        var forced = Fixture("two");
        forced.Options = forced.Options with { Force = true };
        var taken = DeciderFixture.Document(Apply(forced, stored, other));
        Assert.Equal("""{"a":"2"}""", taken["data"]!.ToJsonString());
        Assert.Equal(("two", "Apply", """{"f:data":{"f:a":{}}}"""), Owner(taken, 0));
    }

    [Fact]
    public void Ordinary_writes_are_recorded_by_manager()
    {
        var stored = DeciderFixture.Store(DeciderFixture.ConfigMap, Apply(Fixture("one"), null, Yaml));
        var patched = DeciderFixture.Document(Fixture("kubectl-edit").Patch(stored, """{"data":{"b":"2"}}"""));
        Assert.Equal(("kubectl-edit", "Update", """{"f:data":{"f:b":{}}}"""), Owner(patched, 1));
        Assert.Equal(("one", "Apply", """{"f:data":{"f:a":{}}}"""), Owner(patched, 0));
    }

    /// <summary>A strategic patch is applied to a tree, and its faults are told of the patch; the others' are told of the patched document.</summary>
    [Theory]
    [InlineData("""{"metadata":{"labels":"text"}}""", "patch: Invalid value: \"map[metadata:map[labels:text]]\": cannot restore map from string")]
    [InlineData("""{"metadata":{"finalizers":{"b":[1,null],"a":true}}}""", "patch: Invalid value: \"map[metadata:map[finalizers:map[a:true b:[1 <nil>]]]]\": cannot restore slice from map")]
    [InlineData("""{"immutable":"x"}""", "patch: Invalid value: \"map[immutable:x]\": unrecognized type: bool")]
    [InlineData("""{"metadata":3}""", "patch: Invalid value: \"map[metadata:3]\": cannot restore struct from: int64")]
    public void A_strategic_patch_of_the_wrong_type_is_told_of_the_patch(string patch, string message)
    {
        var stored = new DeciderFixture().Stored(DeciderFixture.ConfigMap, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"}}""");
        var failure = DeciderFixture.Failure(new DeciderFixture().Patch(stored, patch, PatchFormat.StrategicMerge));
        Assert.Equal((422, " \"\" is invalid: " + message), (failure.Code, failure.Message));
    }

    [Theory]
    [InlineData("", "a: 1", 422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")]
    [InlineData("one", "metadata:\n  name: other", 400, "the name of the object (other) does not match the name on the URL (cm)")]
    public void A_configuration_that_cannot_be_applied_is_refused(string manager, string configuration, int code, string message)
    {
        var failure = DeciderFixture.Failure(Apply(Fixture(manager), null, configuration));
        Assert.Equal((code, message), (failure.Code, failure.Message));
    }

    private static DeciderFixture Fixture(string manager)
    {
        var fixture = new DeciderFixture();
        fixture.Options = fixture.Options with { FieldManager = manager };
        return fixture;
    }

    private static WriteDecision Apply(DeciderFixture fixture, StoredObject? current, string configuration) =>
        fixture.Decider.Patch(DeciderFixture.ConfigMap, current, PatchFormat.Apply, Encoding.UTF8.GetBytes(configuration), fixture.Options, fixture.At);

    private static (string Manager, string Operation, string Fields) Owner(JsonObject obj, int place)
    {
        var entry = obj["metadata"]!["managedFields"]![place]!;
        return ((string)entry["manager"]!, (string)entry["operation"]!, entry["fieldsV1"]!.ToJsonString());
    }
}
