using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Xunit;
using static Orchestrator.Api.Tests.Machinery.DeciderFixture;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class WriteDeciderDeleteTests
{
    private const string Held = """{"metadata":{"name":"cm","finalizers":["example.com/b"]}}""";
    private const string BoundPod = """{"kind":"Pod","metadata":{"name":"pod","labels":{"app":"web"}},"spec":{"nodeName":"n1","containers":[{"name":"a"}]}}""";

    private readonly DeciderFixture cluster = new() { Decider = new WriteDecider(KindRegistry.BuiltIn, new KindStrategies([new GracefulPods()]), []) };

    [Fact]
    public void What_nothing_holds_goes_at_once() =>
        Assert.IsType<WriteDecision.Remove>(cluster.Delete(cluster.Stored(ConfigMap, """{"metadata":{"name":"cm"}}""")));

    [Fact]
    public void A_finalizer_holds_the_object_until_it_is_taken_away()
    {
        var marked = cluster.Delete(cluster.Stored(ConfigMap, Held));
        Assert.Equal(("2026-03-01T12:00:00Z", 0), (Document(marked)["metadata"]!["deletionTimestamp"]!.GetValue<string>(), Document(marked)["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<int>()));
        var held = Store(ConfigMap, marked, 8);
        Assert.IsType<WriteDecision.Unchanged>(cluster.Delete(held));
        Assert.IsType<WriteDecision.Put>(cluster.Patch(held, """{"metadata":{"labels":{"a":"b"}}}"""));
        Assert.IsType<WriteDecision.Remove>(cluster.Patch(held, """{"metadata":{"finalizers":null}}"""));
        Assert.Equal("ConfigMap \"cm\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/new\"}",
            Failure(cluster.Patch(held, """{"metadata":{"finalizers":["example.com/b","example.com/new"]}}""")).Message);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion", 2)]
    [InlineData("Orphan", "orphan", 2)]
    [InlineData("Background", null, 0)]
    [InlineData(null, null, 0)]
    public void Propagation_becomes_a_finalizer(string? policy, string? finalizer, int generation)
    {
        var web = cluster.Stored(Deployment, """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":1}}""");
        var decision = cluster.Delete(web, new DeleteOptions { PropagationPolicy = policy });
        Assert.Equal(finalizer is null, decision is WriteDecision.Remove);
        Assert.Equal(finalizer, Document(decision)["metadata"]!["finalizers"]?[0]?.GetValue<string>());
        Assert.Equal(generation == 0 ? 1 : generation, Document(decision)["metadata"]!["generation"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("0", null, "the UID in the precondition (0) does not match the UID in record (11111111-2222-3333-4444-555555555555). The object might have been deleted and then recreated")]
    [InlineData(null, "3", "the ResourceVersion in the precondition (3) does not match the ResourceVersion in record (7). The object might have been modified")]
    public void Preconditions_are_checked(string? uid, string? version, string detail) => Assert.Equal(
        "Operation cannot be fulfilled on ConfigMap \"cm\": " + detail,
        Failure(cluster.Delete(cluster.Stored(ConfigMap, Held), new DeleteOptions { Uid = uid, ResourceVersion = version })).Message);

    [Fact]
    public void An_unknown_propagation_is_refused() => Assert.Equal(
        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Sideways\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
        Failure(cluster.Delete(cluster.Stored(ConfigMap, Held), new DeleteOptions { PropagationPolicy = "Sideways" })).Message);

    [Fact]
    public void Grace_is_waited_out_and_may_only_be_shortened()
    {
        var marked = cluster.Delete(cluster.Stored(Pod, BoundPod));
        Assert.Equal("2026-03-01T12:00:30Z", Document(marked)["metadata"]!["deletionTimestamp"]!.GetValue<string>());
        var waiting = Store(Pod, marked, 8);
        Assert.IsType<WriteDecision.Unchanged>(cluster.Delete(waiting));
        Assert.IsType<WriteDecision.Unchanged>(cluster.Delete(waiting, new DeleteOptions { GracePeriodSeconds = 60 }));
        var shorter = Document(cluster.Delete(waiting, new DeleteOptions { GracePeriodSeconds = 10 }));
        Assert.Equal("2026-03-01T12:00:10Z", shorter["metadata"]!["deletionTimestamp"]!.GetValue<string>());
        Assert.IsType<WriteDecision.Remove>(cluster.Delete(waiting, new DeleteOptions { GracePeriodSeconds = 0 }));
    }

    [Fact]
    public void An_eviction_is_a_delete_that_a_budget_may_block()
    {
        var pod = cluster.Stored(Pod, BoundPod);
        cluster.Options = cluster.Options with { Subresource = "eviction" };
        const string eviction = """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"pod"}}""";
        Assert.IsType<WriteDecision.Put>(cluster.Update(pod, eviction));
        cluster.Others.Add(Raw(new ObjectKey("policy", "poddisruptionbudgets", "default", "pdb"),
            """{"metadata":{"name":"pdb"},"spec":{"selector":{"matchLabels":{"app":"web"}}},"status":{"disruptionsAllowed":0,"desiredHealthy":2,"currentHealthy":2}}"""));
        var blocked = Failure(cluster.Update(pod, eviction));
        Assert.Equal((429, "The disruption budget pdb needs 2 healthy pods and has 2 currently"), (blocked.Code, blocked.Causes[0].Message));
        Assert.Equal(0, blocked.RetryAfterSeconds);
    }

    [Fact]
    public void An_eviction_waits_until_a_budget_has_been_counted()
    {
        var pod = cluster.Stored(Pod, BoundPod);
        cluster.Options = cluster.Options with { Subresource = "eviction" };
        cluster.Others.Add(Raw(new ObjectKey("policy", "poddisruptionbudgets", "default", "pdb"),
            """{"metadata":{"name":"pdb","generation":2},"spec":{"selector":{"matchLabels":{"app":"web"}}},"status":{"observedGeneration":1,"disruptionsAllowed":1}}"""));
        var blocked = Failure(cluster.Update(pod, """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"pod"}}"""));
        Assert.Equal((429, 10, "The disruption budget pdb is still being processed by the server."), (blocked.Code, blocked.RetryAfterSeconds, blocked.Causes[0].Message));
    }

    [Fact]
    public void A_namespace_terminates_until_it_is_finalized()
    {
        var team = Raw(Namespace, """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"team"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}""");
        var marked = cluster.Delete(team);
        Assert.Equal("Terminating", Document(marked)["status"]!["phase"]!.GetValue<string>());
        Assert.Null(Document(marked)["metadata"]!["deletionGracePeriodSeconds"]);
        var terminating = Store(Namespace, marked, 8);
        Assert.IsType<WriteDecision.Unchanged>(cluster.Delete(terminating));
        cluster.Options = cluster.Options with { Subresource = "finalize" };
        Assert.IsType<WriteDecision.Remove>(cluster.Update(terminating, """{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"team"},"spec":{}}"""));
    }

    private sealed class GracefulPods : KindStrategy
    {
        public override GroupResource Resource => new("", "pods");

        public override long? GracePeriod(JsonObject obj, DeleteOptions options) => options.GracePeriodSeconds ?? 30;
    }
}
