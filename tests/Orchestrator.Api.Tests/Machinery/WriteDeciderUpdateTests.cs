using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.Machinery.DeciderFixture;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class WriteDeciderUpdateTests
{
    private const string Web = """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}}}""";

    private readonly DeciderFixture cluster = new();

    [Theory]
    [InlineData("""{"metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}}}""", null)]
    [InlineData("""{"metadata":{"name":"web"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}},"status":{"replicas":2}}""", null)]
    [InlineData("""{"metadata":{"name":"web","labels":{"a":"b"}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}}}""", 1)]
    [InlineData("""{"metadata":{"name":"web"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}}}}""", 2)]
    public void A_put_without_effect_changes_nothing_and_only_the_spec_is_counted(string json, int? generation)
    {
        var decision = cluster.Update(cluster.Stored(Deployment, Web), json);
        Assert.Equal(generation, decision is WriteDecision.Unchanged ? null : Document(decision)["metadata"]!["generation"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"web","resourceVersion":"6"}}""", 409, "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply your changes to the latest version and try again")]
    [InlineData("""{"metadata":{"name":"other"}}""", 400, "the name of the object (other) does not match the name on the URL (web)")]
    [InlineData("""{"metadata":{"name":"web","uid":"0"}}""", 409, "Operation cannot be fulfilled on deployments.apps \"web\": StorageError: invalid object, Code: 4, Key: /registry/deployments/default/web, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 0, UID in object meta: 11111111-2222-3333-4444-555555555555")]
    public void Preconditions_of_the_body_are_checked(string json, int code, string message)
    {
        var failure = Failure(cluster.Update(cluster.Stored(Deployment, Web), json));
        Assert.Equal((code, message), (failure.Code, failure.Message));
    }

    [Fact]
    public void The_status_subresource_writes_status_alone()
    {
        var current = cluster.Stored(Deployment, Web);
        cluster.Options = cluster.Options with { Subresource = "status" };
        var after = Document(cluster.Update(current, """{"metadata":{"name":"web","labels":{"x":"y"}},"spec":{"replicas":9},"status":{"replicas":2}}"""));
        Assert.Equal((2, 2, 1), (after["spec"]!["replicas"]!.GetValue<int>(), after["status"]!["replicas"]!.GetValue<int>(), after["metadata"]!["generation"]!.GetValue<int>()));
        Assert.Null(after["metadata"]!["labels"]);
    }

    [Theory]
    [InlineData(PatchFormat.Merge, """{"spec":{"replicas":5}}""")]
    [InlineData(PatchFormat.StrategicMerge, """{"spec":{"replicas":5}}""")]
    [InlineData(PatchFormat.Json, """[{"op":"replace","path":"/spec/replicas","value":5}]""")]
    public void Patches_are_applied_and_counted(PatchFormat format, string patch)
    {
        var after = Document(cluster.Patch(cluster.Stored(Deployment, Web), patch, format));
        Assert.Equal((5, 2), (after["spec"]!["replicas"]!.GetValue<int>(), after["metadata"]!["generation"]!.GetValue<int>()));
        Assert.Null(after["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public void A_patch_without_effect_changes_nothing() =>
        Assert.IsType<WriteDecision.Unchanged>(cluster.Patch(cluster.Stored(Deployment, Web), """{"spec":{"replicas":2}}"""));

    [Fact]
    public void A_patch_may_carry_a_precondition() =>
        Assert.Equal("Conflict", Failure(cluster.Patch(cluster.Stored(Deployment, Web), """{"metadata":{"resourceVersion":"1"}}""")).Reason);

    [Fact]
    public void A_patch_that_breaks_a_type_is_invalid() => Assert.Contains(
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        Failure(cluster.Patch(cluster.Stored(Deployment, Web), """{"spec":{"replicas":"x"}}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void Scale_sets_the_replicas()
    {
        var current = cluster.Stored(Deployment, Web);
        cluster.Options = cluster.Options with { Subresource = "scale" };
        Assert.Equal(6, Document(cluster.Patch(current, """{"spec":{"replicas":6}}"""))["spec"]!["replicas"]!.GetValue<int>());
        Assert.Equal(5, Document(cluster.Update(current, """{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"web","namespace":"default"},"spec":{"replicas":5}}"""))["spec"]!["replicas"]!.GetValue<int>());
        Assert.Equal("Scale.autoscaling \"web\" is invalid: spec.replicas: Invalid value: -2: must be greater than or equal to 0", Failure(cluster.Patch(current, """{"spec":{"replicas":-2}}""")).Message);
        Assert.Equal("app=web", ScaleDocuments.Read(current)["status"]!["selector"]!.GetValue<string>());
    }

    [Fact]
    public void A_pod_is_bound_once()
    {
        var pod = cluster.Stored(Pod, """{"kind":"Pod","metadata":{"name":"pod"},"spec":{"containers":[{"name":"a"}]}}""");
        cluster.Options = cluster.Options with { Subresource = "binding" };
        var bound = cluster.Update(pod, """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"pod"},"target":{"kind":"Node","name":"n1"}}""");
        Assert.Equal(("n1", "PodScheduled"), (Document(bound)["spec"]!["nodeName"]!.GetValue<string>(), Document(bound)["status"]!["conditions"]![0]!["type"]!.GetValue<string>()));
        Assert.Equal("Operation cannot be fulfilled on pods/binding \"pod\": pod pod is already assigned to node \"n1\"",
            Failure(cluster.Update(Store(Pod, bound, 8), """{"kind":"Binding","apiVersion":"v1","metadata":{"name":"pod"},"target":{"name":"n2"}}""")).Message);
    }
}

public sealed class UpdateOfMissingObjectTests
{
    [Theory]
    [InlineData("coordination.k8s.io", "leases", "Lease", null)]
    [InlineData("", "endpoints", "Endpoints", null)]
    [InlineData("", "configmaps", "ConfigMap", "configmaps \"x\" not found")]
    public void Some_kinds_are_created_by_a_replacement(string group, string resource, string kind, string? expected)
    {
        var decider = new WriteDecider(Orchestrator.Api.Registry.KindRegistry.BuiltIn, null, []);
        var cluster = new DeciderFixture { Decider = decider };
        var version = group.Length == 0 ? "v1" : group + "/v1";
        var decision = decider.UpdateMissing(new ObjectKey(group, resource, "default", "x"),
            DeciderFixture.Bytes($$$$$"""{"apiVersion":"{{{{{version}}}}}","kind":"{{{{{kind}}}}}","metadata":{"name":"x","namespace":"default"}}"""), cluster.Options, cluster.At);
        Assert.Equal(expected, (decision as WriteDecision.Reject)?.Status.Message);
    }
}
