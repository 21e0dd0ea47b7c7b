using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

public sealed class ServerSideApplyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private const string LastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
    private static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");
    private static readonly GroupVersionKind Deployment = new("apps", "v1", "Deployment");

    /// <summary>The steps and answers were taken from a Kubernetes 1.36 server.</summary>
    [Fact]
    public void Managers_share_take_and_leave_fields_as_in_kubernetes()
    {
        var run = new Run(ConfigMap);
        run.Applies("one", """{"metadata":{"labels":{"owner":"one"}},"data":{"a":"1","b":"2"}}""", """{"a":"1","b":"2"}""");
        run.Owns("one", """{"f:data":{"f:a":{},"f:b":{}},"f:metadata":{"f:labels":{"f:owner":{}}}}""");
        run.Applies("one", """{"metadata":{"labels":{"owner":"one"}},"data":{"a":"1","b":"2"}}""", """{"a":"1","b":"2"}""");
        run.Fails("two", """{"metadata":{"labels":{"owner":"one"}},"data":{"a":"other"}}""", 409, "Apply failed with 1 conflict: conflict with \"one\": .data.a");
        run.Applies("two", """{"metadata":{"labels":{"owner":"one"}},"data":{"a":"other"}}""", """{"a":"other","b":"2"}""", force: true);
        run.Owns("one", """{"f:data":{"f:b":{}},"f:metadata":{"f:labels":{"f:owner":{}}}}""");
        run.Applies("three", """{"data":{"a":"other","c":"3"}}""", """{"a":"other","b":"2","c":"3"}""");
        run.Owns("two", """{"f:data":{"f:a":{}},"f:metadata":{"f:labels":{"f:owner":{}}}}""");
        run.Owns("three", """{"f:data":{"f:a":{},"f:c":{}}}""");
        run.Applies("one", """{"metadata":{"labels":{"owner":"one"}},"data":{}}""", """{"a":"other","c":"3"}""");
        run.Owns("one", """{"f:data":{},"f:metadata":{"f:labels":{"f:owner":{}}}}""");
        run.Updates("putter", "", live => live["data"]!["d"] = "4");
        run.Owns("putter", """{"f:data":{"f:d":{}}}""");
        run.Fails("one", """{"data":{"d":"5"}}""", 409, "Apply failed with 1 conflict: conflict with \"putter\" using v1: .data.d");
        Assert.Equal(["two", "three", "one", "putter"], run.Managers);
    }

    /// <summary>The steps and answers were taken from a Kubernetes 1.36 server.</summary>
    [Fact]
    public void Lists_are_owned_item_by_item_as_in_kubernetes()
    {
        const string rest = "\"replicas\":2,\"selector\":{\"matchLabels\":{\"app\":\"web\"}}";
        const string app = """{"name":"app","image":"nginx:1.27","ports":[{"containerPort":80}]}""";
        var run = new Run(Deployment);
        run.Apply("one", "{\"spec\":{" + rest + ",\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[" + app[..^1] + ",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}]}}}}");
        run.Owns("one", """{"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:env":{"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""");
        run.Live["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]![0]!["protocol"] = "TCP";
        run.Apply("two", """{"spec":{"template":{"spec":{"containers":[{"name":"sidecar","image":"busybox"}]}}}}""");
        run.Owns("two", """{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"sidecar\"}":{".":{},"f:image":{},"f:name":{}}}}}}}""");
        run.Apply("one", "{\"spec\":{" + rest + ",\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[" + app + "]}}}}");
        Assert.Equal(
            """[{"name":"app","image":"nginx:1.27","ports":[{"containerPort":80,"protocol":"TCP"}]},{"name":"sidecar","image":"busybox"}]""",
            run.Live["spec"]!["template"]!["spec"]!["containers"]!.ToJsonString());
        run.Updates("scaler", "scale", live => live["spec"]!["replicas"] = 4);
        run.Fails("one", "{\"spec\":{" + rest + "}}", 409, "Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using apps/v1: .spec.replicas");
    }

    [Fact]
    public void Several_conflicts_are_listed_by_manager()
    {
        var run = new Run(Deployment);
        run.Apply("one", """{"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"1"}]}}}}""");
        run.Fails("two", """{"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"a","image":"2"}]}}}}""", 409,
            "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.replicas\n- .spec.template.spec.containers[name=\"a\"].image");
    }

    [Theory]
    [InlineData("m", """{"metadata":{"managedFields":[{}]}}""", 400, "metadata.managedFields must be nil")]
    [InlineData("", """{"data":{}}""", 422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")]
    public void Configuration_must_be_one(string manager, string config, int code, string message) => new Run(ConfigMap).Fails(manager, config, code, message);

    [Fact]
    public void Item_that_nobody_applies_any_more_goes_with_its_defaults()
    {
        var run = new Run(Deployment);
        run.Apply("one", """{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}}""");
        run.Live["spec"]!["template"]!["spec"]!["containers"]![1]!["terminationMessagePath"] = "/dev/termination-log";
        run.Apply("one", """{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""");
        Assert.Equal("""[{"name":"a"}]""", run.Live["spec"]!["template"]!["spec"]!["containers"]!.ToJsonString());
    }

    /// <summary>As structured-merge-diff has it: a field of an item does not keep the item.</summary>
    [Fact]
    public void Item_that_an_updater_changed_goes_with_its_applier()
    {
        var run = new Run(Deployment);
        run.Apply("one", """{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b","image":"1"}]}}}}""");
        run.Updates("two", "", live => live["spec"]!["template"]!["spec"]!["containers"]![1]!["image"] = "2");
        run.Apply("one", """{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""");
        Assert.Equal("""[{"name":"a"}]""", run.Live["spec"]!["template"]!["spec"]!["containers"]!.ToJsonString());
    }

    [Theory]
    [InlineData("a,b,c", "c,a", "b,c,a")]
    [InlineData("a,b", "c", "a,b,c")]
    [InlineData("a,b,c", "a,x,c", "a,b,x,c")]
    [InlineData("", "b,a", "b,a")]
    public void Applied_items_keep_the_order_applied(string live, string applied, string merged)
    {
        var run = new Run(Deployment);
        run.Updates("other", "", document => document["spec"] = JsonNode.Parse(Containers(live)));
        run.Apply("one", "{\"spec\":" + Containers(applied) + "}");
        Assert.Equal(merged, string.Join(',', run.Live["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(item => (string)item!["name"]!)));
    }

    [Fact]
    public void What_was_there_before_the_first_apply_is_owned_too()
    {
        var run = new Run(ConfigMap);
        run.Live["data"] = JsonNode.Parse("""{"a":"1"}""");
        run.Fails("one", """{"data":{"a":"2"}}""", 409, "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a");
    }

    /// <summary>Upstream: lastappliedmanager.go and lastappliedupdater.go; test/cmd/apply.sh goes this way.</summary>
    [Fact]
    public void Kubectl_takes_over_what_it_applied_on_the_clients_side()
    {
        var run = new Run(ConfigMap);
        run.Apply("first", """{"metadata":{"labels":{"l":"1"}}}""");
        run.Updates("kubectl-client-side-apply", "", live =>
        {
            live["data"] = JsonNode.Parse("""{"a":"1","b":"1"}""");
            live["metadata"]!["annotations"] = new JsonObject
            {
                [LastAppliedAnnotation] = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"x"},"data":{"a":"1","b":"1"}}""",
            };
        });
        run.Updates("other", "", live => live["data"]!["b"] = "2");

        run.Fails("someone", """{"data":{"a":"3"}}""", 409, "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .data.a");
        run.Fails("kubectl", """{"data":{"a":"3","b":"3"}}""", 409, "Apply failed with 1 conflict: conflict with \"other\" using v1: .data.b");
        run.Applies("kubectl", """{"data":{"a":"<3>"}}""", """{"a":"\u003C3\u003E","b":"2"}""");

        run.Owns("kubectl", """{"f:data":{"f:a":{}}}""");
        Assert.Equal("""{"apiVersion":"v1","data":{"a":"\u003c3\u003e"},"kind":"ConfigMap"}""" + "\n", Note(run));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"apiVersion":"v1","data":"text"}""")]
    [InlineData("""{"apiVersion":"v1","data":{"a":"1"},"data":{"a":"1"}}""")]
    [InlineData("""{"apiVersion":"v2","data":{"a":"1"}}""")]
    public void A_note_that_says_nothing_of_a_field_gives_nothing_away(string note)
    {
        var run = new Run(ConfigMap);
        run.Apply("first", """{"metadata":{"labels":{"l":"1"}}}""");
        run.Updates("kubectl-client-side-apply", "", live =>
        {
            live["data"] = JsonNode.Parse("""{"a":"1"}""");
            live["metadata"]!["annotations"] = new JsonObject { [LastAppliedAnnotation] = note };
        });
        run.Fails("kubectl", """{"data":{"a":"3"}}""", 409, "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .data.a");
    }

    [Fact]
    public void Without_a_note_kubectl_leaves_none()
    {
        var run = new Run(ConfigMap);
        run.Apply("kubectl", """{"data":{"a":"1"}}""");
        Assert.Null(run.Live["metadata"]!["annotations"]);
    }

    private static string Note(Run run) => (string)run.Live["metadata"]!["annotations"]![LastAppliedAnnotation]!;

    private static string Containers(string names) =>
        "{\"template\":{\"spec\":{\"containers\":[" + string.Join(',', names.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => "{\"name\":\"" + name + "\"}")) + "]}}}";

    /// <summary>An object through a series of writes, a minute apart.</summary>
    private sealed class Run(GroupVersionKind kind)
    {
        private readonly SchemaNode _schema = OpenApiSchemas.For(kind)!;
        private int _minute;

        internal JsonObject Live { get; private set; } = new() { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["name"] = "x" } };

        internal IEnumerable<string> Managers => Live["metadata"]!["managedFields"]!.AsArray().Select(entry => (string)entry!["manager"]!);

        internal void Applies(string manager, string config, string data, bool force = false)
        {
            Apply(manager, config, force);
            Assert.Equal(data, Live["data"]?.ToJsonString());
        }

        internal void Apply(string manager, string config, bool force = false)
        {
            var result = Try(manager, config, force);
            Assert.Null(result.Failure?.Message);
            Live = result.Result!.AsObject();
        }

        internal void Fails(string manager, string config, int code, string message)
        {
            var before = Live.ToJsonString();
            var result = Try(manager, config, force: false);
            Assert.Equal((code, message), (result.Failure?.Code, result.Failure?.Message));
            Assert.Equal(before, Live.ToJsonString());
        }

        internal void Updates(string manager, string subresource, Action<JsonObject> change)
        {
            var next = (JsonObject)Live.DeepClone();
            change(next);
            next["metadata"]!["managedFields"] = ManagedFields.AfterWrite(Live, next, _schema, Writer(manager, subresource));
            Live = next;
        }

        internal void Owns(string manager, string fields)
        {
            var entry = Live["metadata"]!["managedFields"]!.AsArray().Single(candidate => (string)candidate!["manager"]! == manager);
            Assert.Equal(ManagedFieldsTests.Sorted(JsonNode.Parse(fields)), ManagedFieldsTests.Sorted(entry!["fieldsV1"]));
        }

        private PatchResult Try(string manager, string config, bool force)
        {
            var applied = JsonNode.Parse(config)!.AsObject();
            applied["apiVersion"] = kind.ApiVersion;
            applied["kind"] = kind.Kind;
            return ServerSideApply.Apply(_minute == 0 && Live.Count == 3 && Live["metadata"]!.AsObject().Count == 1 ? null : Live, applied, _schema, Writer(manager, ""), force);
        }

        private FieldWriter Writer(string manager, string subresource) => new(manager, kind.ApiVersion, subresource, Now.AddMinutes(_minute++));
    }
}
