using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tables;
using Xunit;

namespace Orchestrator.Api.Tests.Tables;

public sealed class TablePrinterTests
{
    private static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>What a Kubernetes 1.36 server answered for one object of each kind; ages are written AGE.</summary>
    public static TheoryData<string> Answers => [.. Read().Select(answer => answer["group"] + "/" + answer["resource"])];

    [Theory, MemberData(nameof(Answers))]
    public void Every_kind_is_printed_as_kubernetes_prints_it(string resource)
    {
        var answer = Read().Single(candidate => candidate["group"] + "/" + candidate["resource"] == resource);
        var kind = Kind((string)answer["group"]!, (string)answer["resource"]!);
        var row = TablePrinter.Row(kind, Stored(answer["object"]!), "None", Created.AddMinutes(5));
        Assert.Equal((string)answer["columns"]!, string.Join(" | ", TablePrinter.ColumnDefinitions(kind).Select(Column)));
        Assert.Equal(answer["cells"]!.ToJsonString().Replace("AGE", "5m", StringComparison.Ordinal), Ages(row["cells"]!));
        Assert.Null(row["object"]);
    }

    [Theory]
    [InlineData("None", "null")]
    [InlineData("Metadata", """{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}""")]
    [InlineData("", """{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}""")]
    [InlineData("Object", """{"kind":"Widget","metadata":{"name":"a"}}""")]
    public void Rows_carry_as_much_of_the_object_as_asked_for(string includeObject, string expected)
    {
        var table = TablePrinter.Print(Kind("example.com", "widgets"), [Stored(JsonNode.Parse("""{"kind":"Widget","metadata":{"name":"a"}}""")!)], "7", "next", includeObject, Created);
        Assert.Equal(expected, table["rows"]![0]!["object"]?.ToJsonString() ?? "null");
        Assert.Equal("""{"resourceVersion":"7","continue":"next"}""", table["metadata"]!.ToJsonString());
        Assert.Equal(("Table", "meta.k8s.io/v1", 2), ((string)table["kind"]!, (string)table["apiVersion"]!, table["columnDefinitions"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("flowcontrol.apiserver.k8s.io", "flowschemas", "c a d b")]
    [InlineData("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "a b c d")]
    public void Rows_are_in_the_order_of_the_list_but_for_FlowSchemas(string group, string resource, string expected)
    {
        (string Name, int Precedence)[] listed = [("a", 900), ("b", 10000), ("c", 1), ("d", 900)];

        var table = TablePrinter.Print(
            Kind(group, resource),
            [.. listed.Select(one => Stored(JsonNode.Parse($$$"""{"metadata":{"name":"{{{one.Name}}}"},"spec":{"matchingPrecedence":{{{one.Precedence}}}}}""")!))],
            "7", null, "None", Created);

        Assert.Equal(expected, string.Join(' ', table["rows"]!.AsArray().Select(row => (string)row!["cells"]![0]!)));
    }

    [Theory]
    [InlineData("{}", "{}", "0/1", "", "0")]
    [InlineData("{}", """{"phase":"Pending"}""", "0/1", "Pending", "0")]
    [InlineData("{}", """{"phase":"Failed","reason":"Evicted"}""", "0/1", "Evicted", "0")]
    [InlineData("{}", """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}""", "0/1", "SchedulingGated", "0")]
    [InlineData("{}", """{"phase":"Pending","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]}""", "0/1", "ContainerCreating", "0")]
    [InlineData("{}", """{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}}]}""", "1/1", "Running", "0")]
    [InlineData("{}", """{"phase":"Running","containerStatuses":[{"name":"c","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"2026-01-02T03:04:05Z"}}}]}""", "0/1", "CrashLoopBackOff", "3 (5m ago)")]
    [InlineData("{}", """{"phase":"Succeeded","containerStatuses":[{"name":"c","state":{"terminated":{"reason":"Completed","exitCode":0}}}]}""", "0/1", "Completed", "0")]
    [InlineData("{}", """{"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":7}}}]}""", "0/1", "ExitCode:7", "0")]
    [InlineData("{}", """{"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"signal":9,"exitCode":137}}}]}""", "0/1", "Signal:9", "0")]
    [InlineData("""{"initContainers":[{"name":"i"},{"name":"j"}]}""", """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}},{"name":"j","state":{"waiting":{"reason":"PodInitializing"}}}]}""", "0/1", "Init:0/2", "0")]
    [InlineData("""{"initContainers":[{"name":"i"},{"name":"j"}]}""", """{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"j","state":{"waiting":{"reason":"PodInitializing"}}}]}""", "0/1", "Init:1/2", "0")]
    [InlineData("""{"initContainers":[{"name":"i"}]}""", """{"phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}""", "0/1", "Init:CrashLoopBackOff", "2")]
    [InlineData("""{"initContainers":[{"name":"i"}]}""", """{"phase":"Failed","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}""", "0/1", "Init:Error", "0")]
    [InlineData("""{"initContainers":[{"name":"s","restartPolicy":"Always"}]}""", """{"phase":"Running","initContainerStatuses":[{"name":"s","ready":true,"started":true,"restartCount":1,"state":{"running":{}}}],"containerStatuses":[{"name":"c","ready":true,"restartCount":1,"state":{"running":{}}}]}""", "2/2", "Running", "2")]
    public void Pod_says_in_one_word_how_it_is(string spec, string status, string ready, string word, string restarts)
    {
        var pod = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "p" }, ["spec"] = JsonNode.Parse(spec), ["status"] = JsonNode.Parse(status) };
        pod["spec"]!["containers"] = JsonNode.Parse("""[{"name":"c"}]""");
        var cells = TablePrinter.Row(Kind("", "pods"), Stored(pod), "None", Created.AddMinutes(5))["cells"]!;
        Assert.Equal((ready, word, restarts), ((string)cells[1]!, (string)cells[2]!, (string)cells[3]!));
    }

    [Theory]
    [InlineData("""{"phase":"Running"}""", "Terminating")]
    [InlineData("""{"phase":"Running","reason":"NodeLost"}""", "Unknown")]
    [InlineData("""{"phase":"Succeeded"}""", "Succeeded")]
    public void Pod_that_is_being_deleted_says_so(string status, string word)
    {
        var pod = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "p", ["deletionTimestamp"] = "2026-01-02T03:04:05Z" }, ["status"] = JsonNode.Parse(status) };
        Assert.Equal(word, (string)TablePrinter.Row(Kind("", "pods"), Stored(pod), "None", Created)["cells"]![2]!);
    }

    [Theory]
    [InlineData("Succeeded", "The pod has completed successfully.")]
    [InlineData("Failed", "The pod failed.")]
    [InlineData("Running", null)]
    public void Row_of_a_pod_that_has_ended_has_a_condition(string phase, string? message)
    {
        var pod = JsonNode.Parse($$$"""{"metadata":{"name":"p"},"status":{"phase":"{{{phase}}}"}}""")!;
        Assert.Equal(message, (string?)TablePrinter.Row(Kind("", "pods"), Stored(pod), "None", Created)["conditions"]?[0]?["message"]);
    }

    /// <summary>Kinds that the recorded answers do not have. Upstream: printers.go, and printAPIService of kube-aggregator.</summary>
    [Theory]
    [InlineData("networking.k8s.io", "ipaddresses", "Name/name | ParentRef", """{"metadata":{"name":"10.96.0.1"},"spec":{"parentRef":{"group":"G","resource":"services","namespace":"n","name":"s"}}}""", """["10.96.0.1","services.g/n/s"]""")]
    [InlineData("networking.k8s.io", "ipaddresses", "Name/name | ParentRef", """{"metadata":{"name":"10.96.0.1"},"spec":{"parentRef":{"resource":"gateways","name":"s"}}}""", """["10.96.0.1","gateways/s"]""")]
    [InlineData("networking.k8s.io", "ipaddresses", "Name/name | ParentRef", """{"metadata":{"name":"10.96.0.1"},"spec":{}}""", """["10.96.0.1","\u003Cnone\u003E"]""")]
    [InlineData("networking.k8s.io", "servicecidrs", "Name/name | CIDRs | Age", """{"metadata":{"name":"c"},"spec":{"cidrs":["10.0.0.0/8","fd00::/64"]}}""", """["c","10.0.0.0/8,fd00::/64","\u003Cunknown\u003E"]""")]
    [InlineData("resource.k8s.io", "resourceclaims", "Name/name | State | Age", """{"metadata":{"name":"c"}}""", """["c","pending","\u003Cunknown\u003E"]""")]
    [InlineData("resource.k8s.io", "resourceclaims", "Name/name | State | Age", """{"metadata":{"name":"c","deletionTimestamp":"2026-01-02T03:04:05Z"},"status":{"allocation":{},"reservedFor":[{}]}}""", """["c","deleted,allocated,reserved","\u003Cunknown\u003E"]""")]
    [InlineData("resource.k8s.io", "resourceclaims", "Name/name | State | Age", """{"metadata":{"name":"c","deletionTimestamp":"2026-01-02T03:04:05Z"}}""", """["c","deleted","\u003Cunknown\u003E"]""")]
    [InlineData("resource.k8s.io", "resourceslices", "Name/name | Node | Driver | Pool | Age", """{"metadata":{"name":"c"},"spec":{"nodeName":"n","driver":"d","pool":{"name":"p"}}}""", """["c","n","d","p","\u003Cunknown\u003E"]""")]
    [InlineData("apiregistration.k8s.io", "apiservices", "Name/name | Service | Available | Age", """{"metadata":{"name":"v1."},"spec":{}}""", """["v1.","Local","Unknown","\u003Cunknown\u003E"]""")]
    [InlineData("apiregistration.k8s.io", "apiservices", "Name/name | Service | Available | Age", """{"metadata":{"name":"v1.x"},"spec":{"service":{"namespace":"n","name":"s"}},"status":{"conditions":[{"type":"Available","status":"False","reason":"Gone"}]}}""", """["v1.x","n/s","False (Gone)","\u003Cunknown\u003E"]""")]
    [InlineData("", "componentstatuses", "Name/name | Status | Message | Error", """{"metadata":{"name":"x"},"conditions":[{"type":"Healthy","status":"True","message":"ok"}]}""", """["x","Healthy","ok",""]""")]
    public void Further_kinds_are_printed_as_upstream_prints_them(string group, string resource, string columns, string document, string cells)
    {
        var kind = Kind(group, resource);
        Assert.Equal(columns, string.Join(" | ", TablePrinter.ColumnDefinitions(kind).Select(Column)));
        Assert.Equal(cells, TablePrinter.Row(kind, Stored(JsonNode.Parse(document)!), "None", Created)["cells"]!.ToJsonString());
    }

    [Theory]
    [InlineData("*", "")]
    [InlineData("a,b", "a", "", "b")]
    [InlineData("a,b,c", "a", "", "b", "c")]
    [InlineData("a,b,c + 1 more...", "a", "b", "c", "")]
    [InlineData("a,b,c + 2 more...", "a", "", "b", "c", "d")]
    public void Hosts_of_an_ingress_that_are_left_out_are_counted_in_rules(string expected, params string[] hosts)
    {
        var rules = new JsonArray([.. hosts.Select(host => (JsonNode)(host.Length > 0 ? new JsonObject { ["host"] = host } : new JsonObject()))]);
        var ingress = new JsonObject { ["kind"] = "Ingress", ["metadata"] = new JsonObject { ["name"] = "a" }, ["spec"] = new JsonObject { ["rules"] = rules } };
        Assert.Equal(expected, (string?)TablePrinter.Row(Kind("networking.k8s.io", "ingresses"), Stored(ingress), "None", Created)["cells"]![2]);
    }

    [Fact]
    public void The_scale_of_whatever_it_is_has_columns_of_its_own() => Assert.Equal(
        ["Name/name", "Desired:integer", "Available:integer", "Age"], TablePrinter.ColumnDefinitions(Kind("example.com", "widgets"), "scale").Select(Column));

    private static string Column(TableColumn column) =>
        column.Name + (column.Type == "string" ? "" : ":" + column.Type) + (column.Format.Length == 0 ? "" : "/" + column.Format) + (column.Priority == 0 ? "" : "*");

    private static string Ages(JsonNode cells) =>
        new JsonArray([.. cells.AsArray().Select(cell => cell is JsonValue value && value.TryGetValue<string>(out var text) && IsAge(text) ? "5m" : cell?.DeepClone())]).ToJsonString();

    /// <summary>The recorded objects carry a few fixed times of their own.</summary>
    private static bool IsAge(string text) => System.Text.RegularExpressions.Regex.IsMatch(text, "^([0-9]+[smhdy]){1,2}$|^<invalid>$");

    private static JsonArray Items(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsArray();

    private static IEnumerable<JsonObject> Read([CallerFilePath] string here = "") =>
        Items(Path.Combine(Path.GetDirectoryName(here)!, "testdata", "tables.json")).Select(item => item!.AsObject());

    private static StoredObject Stored(JsonNode document) => new(default, default, Encoding.UTF8.GetBytes(document.ToJsonString()));

    private static ResourceKind Kind(string group, string resource) => new()
    {
        Group = group,
        Version = "v1",
        Kind = resource,
        Resource = resource,
        StorageResource = new GroupResource(group, resource),
        StorageApiVersion = "v1",
    };
}
