using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission;

/// <summary>An object whose name is generated has none while it may still change, and its own when it is judged.</summary>
public sealed class GeneratedNameTests
{
    private const string Generated = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"cm-"}}""";
    private static readonly ObjectKey Key = new("", "configmaps", "ns", "cm-x7b2k");

    [Fact]
    public void What_may_change_an_object_sees_neither_its_name_nor_its_uid()
    {
        var asked = Ask("mutatingwebhookconfigurations", Generated);
        Assert.Null(asked["name"]);
        Assert.Equal("""{"namespace":"ns","generateName":"cm-"}""", Identity(asked));
        asked = Ask("validatingwebhookconfigurations", Generated);
        Assert.Equal("cm-x7b2k", (string?)asked["name"]);
        Assert.Equal("""{"name":"cm-x7b2k","namespace":"ns","uid":"8a2f0c1e-0000-0000-0000-000000000001","creationTimestamp":"1970-01-01T00:00:00Z","generateName":"cm-"}""", Identity(asked));
    }

    [Fact]
    public void A_name_that_was_given_is_seen_by_all()
    {
        var asked = Ask("mutatingwebhookconfigurations", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm-x7b2k"}}""");
        Assert.Equal(("cm-x7b2k", """{"name":"cm-x7b2k","namespace":"ns"}"""), ((string?)asked["name"], Identity(asked)));
    }

    [Fact]
    public void A_refusal_before_the_name_is_there_tells_its_beginning()
    {
        var refused = new WriteDecider(KindRegistry.BuiltIn).Create(
            new ObjectKey("", "pods", "ns", "web-x7b2k"), Encoding.UTF8.GetBytes("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"web-"},"spec":{"containers":[{"name":"c","image":"i"}]}}
                """), new WriteOptions { User = "alice" }, KindCase.At(Namespace));
        Assert.Equal(
            "pods \"web-\" is forbidden: error looking up service account ns/default: serviceaccount \"default\" not found",
            Assert.IsType<WriteDecision.Reject>(refused).Status.Message);
    }

    [Fact]
    public void What_webhooks_leave_of_the_object_gets_its_identity()
    {
        var at = KindCase.At(Namespace, Hook("mutatingwebhookconfigurations"));
        var decider = new WriteDecider(KindRegistry.BuiltIn);
        var call = Assert.Single(Assert.IsType<WriteDecision.Ask>(decider.Create(Key, Encoding.UTF8.GetBytes(Generated), new WriteOptions { User = "alice" }, at)).Calls);
        var patch = Convert.ToBase64String("""[{"op":"add","path":"/data","value":{"a":"b"}}]"""u8);
        var answer = $"{{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{{\"uid\":\"u\",\"allowed\":true,\"patchType\":\"JSONPatch\",\"patch\":\"{patch}\"}}}}";
        at = at with { Answers = WebhookAnswers.None.With([(call, new WebhookReply("u", Encoding.UTF8.GetBytes(answer), null))]) };
        var put = Assert.IsType<WriteDecision.Put>(decider.Create(Key, Encoding.UTF8.GetBytes(Generated), new WriteOptions { User = "alice" }, at));
        var stored = JsonNode.Parse(put.Document.Span)!;
        Assert.Equal(("cm-x7b2k", "8a2f0c1e-0000-0000-0000-000000000001", "b"), ((string?)stored["metadata"]!["name"], (string?)stored["metadata"]!["uid"], (string?)stored["data"]!["a"]));
    }

    private static (ObjectKey, string) Namespace => (new ObjectKey("", "namespaces", "", "ns"), """{"metadata":{"name":"ns"},"status":{"phase":"Active"}}""");

    private static (ObjectKey, string) Hook(string resource) => (new ObjectKey("admissionregistration.k8s.io", resource, "", "h"), """
        {"metadata":{"name":"h"},"webhooks":[{"name":"h.example.com","clientConfig":{"url":"https://h/"},"sideEffects":"None","admissionReviewVersions":["v1"],
         "rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}]}
        """);

    private static JsonNode Ask(string resource, string document)
    {
        var decision = new WriteDecider(KindRegistry.BuiltIn).Create(
            Key, Encoding.UTF8.GetBytes(document), new WriteOptions { User = "alice" }, KindCase.At(Namespace, Hook(resource)));
        return JsonNode.Parse(Assert.Single(Assert.IsType<WriteDecision.Ask>(decision).Calls).Request)!;
    }

    private static string Identity(JsonNode request)
    {
        var metadata = request["object"]!["metadata"]!.AsObject();
        var shown = new JsonObject();
        foreach (var field in (string[])["name", "namespace", "uid", "creationTimestamp", "generateName"])
        {
            if (metadata[field] is { } value)
            {
                shown[field] = value.DeepClone();
            }
        }

        return shown.ToJsonString();
    }
}
