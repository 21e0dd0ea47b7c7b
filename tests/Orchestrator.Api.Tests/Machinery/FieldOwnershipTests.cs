using Orchestrator.Api.Identity;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Machinery;
using Xunit;
using static Orchestrator.Api.Tests.Machinery.DeciderFixture;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class FieldOwnershipTests
{
    private readonly DeciderFixture cluster = new();

    [Fact]
    public void An_object_that_nobody_owned_at_birth_stays_so_until_somebody_applies()
    {
        var empty = cluster.Stored(ConfigMap, """{"metadata":{"name":"cm"}}""");
        var labelled = Store(ConfigMap, cluster.Patch(empty, """{"metadata":{"labels":{"a":"b"}}}"""), 8);
        Assert.Null(Document(cluster.Patch(labelled, """{"data":{"k":"v"}}"""))["metadata"]!["managedFields"]);
        cluster.Options = cluster.Options with { FieldManager = "me" };
        var applied = Document(cluster.Patch(labelled, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{"k":"v"}}""", PatchFormat.Apply));
        Assert.Equal(2, applied["metadata"]!["managedFields"]!.AsArray().Count);
    }

    [Fact]
    public void Who_scales_is_recorded_without_a_time()
    {
        cluster.Options = cluster.Options with { Version = "v1" };
        var web = cluster.Stored(Deployment, """{"metadata":{"name":"web"},"spec":{"replicas":1}}""");
        cluster.Options = cluster.Options with { Subresource = "scale", FieldManager = "scaler" };
        var owners = Document(cluster.Patch(web, """{"spec":{"replicas":3}}"""))["metadata"]!["managedFields"]!.AsArray();
        var scaler = owners.Single(owner => owner!["manager"]!.GetValue<string>() == "scaler");
        Assert.Null(scaler!["time"]);
    }

    [Fact]
    public void An_applied_empty_map_is_owned_and_not_stored()
    {
        cluster.Options = cluster.Options with { FieldManager = "me" };
        var applied = Document(cluster.Decider.Patch(ConfigMap, null, PatchFormat.Apply, Bytes("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{}}"""), cluster.Options, cluster.At));
        Assert.False(applied.ContainsKey("data"));
        Assert.Equal("""{"f:data":{}}""", applied["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString());
    }

    [Fact]
    public void Events_are_owned_by_the_names_of_the_version_that_wrote_them()
    {
        cluster.Options = cluster.Options with { Version = "events.k8s.io/v1" };
        var created = Document(cluster.Create(new ObjectKey("", "events", "default", "e"),
            """{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"e"},"note":"hello"}"""));
        Assert.Equal("""{"f:note":{}}""", created["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString());
        Assert.Equal("hello", created["message"]!.GetValue<string>());
    }
}
