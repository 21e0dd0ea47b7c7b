using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Patching;
using Orchestrator.Api.Schema;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

public sealed class ManagedFieldsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>What a Kubernetes 1.36 server recorded for one new object of each kind.</summary>
    public static TheoryData<string> Created => [.. Read().Select(answer => (string)answer["name"]!)];

    [Theory, MemberData(nameof(Created))]
    public void A_new_object_belongs_to_its_creator_as_in_kubernetes(string name)
    {
        var answer = Read().Single(candidate => (string)candidate["name"]! == name);
        var document = answer["object"]!.AsObject();
        var apiVersion = (string)document["apiVersion"]!;
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var schema = OpenApiSchemas.For(new GroupVersionKind(slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], (string)document["kind"]!));
        var owners = ManagedFields.AfterWrite(null, document, schema, new FieldWriter("Python-urllib", apiVersion, "", Now));
        Assert.Equal(Sorted(answer["managedFields"]), Sorted(owners));
    }

    [Theory]
    [InlineData("""{"f:data":{"f:a":{}}}""", """{"a":"1"}""", """{"a":"1"}""", """{"f:data":{"f:a":{}}}""", null)]
    [InlineData("""{"f:data":{"f:a":{}}}""", """{"a":"1"}""", """{"a":"2"}""", null, """{"f:data":{"f:a":{}}}""")]
    [InlineData("""{"f:data":{"f:a":{},"f:b":{}}}""", """{"a":"1","b":"1"}""", """{"a":"2","b":"1"}""", """{"f:data":{"f:b":{}}}""", """{"f:data":{"f:a":{}}}""")]
    [InlineData("""{"f:data":{"f:a":{}}}""", """{"a":"1"}""", """{"a":"1","b":"2"}""", """{"f:data":{"f:a":{}}}""", """{"f:data":{"f:b":{}}}""")]
    [InlineData("""{"f:data":{"f:a":{}}}""", """{"a":"1"}""", "{}", null, null)]
    public void Who_changes_a_field_takes_it_over(string owned, string before, string after, string? left, string? taken)
    {
        var live = ConfigMap(before, owned);
        var owners = ManagedFields.AfterWrite(live, ConfigMap(after, null), ConfigMapSchema, new FieldWriter("two", "v1", "", Now.AddMinutes(1)));
        Assert.Equal(left, Owned(owners, "one"));
        Assert.Equal(taken, Owned(owners, "two"));
    }

    [Theory]
    [InlineData("1", "2026-01-02T03:04:05Z")]
    [InlineData("2", "2026-01-02T03:04:05Z")]
    public void Writing_what_one_owns_already_keeps_the_time(string value, string time)
    {
        var live = ConfigMap("""{"a":"1"}""", """{"f:data":{"f:a":{}}}""");
        var owners = ManagedFields.AfterWrite(live, ConfigMap($$"""{"a":"{{value}}"}""", null), ConfigMapSchema, new FieldWriter("one", "v1", "", Now.AddMinutes(1)));
        Assert.Equal(time, (string?)owners![0]!["time"]);
    }

    [Fact]
    public void One_empty_entry_resets_the_record()
    {
        var written = ConfigMap("""{"a":"1"}""", null);
        written["metadata"]!["managedFields"] = JsonNode.Parse("[{}]");
        Assert.Null(ManagedFields.AfterWrite(ConfigMap("""{"a":"1"}""", """{"f:data":{"f:a":{}}}"""), written, ConfigMapSchema, new FieldWriter("two", "v1", "", Now)));
    }

    [Fact]
    public void Of_many_updaters_the_oldest_are_counted_as_one()
    {
        JsonObject? live = null;
        for (var i = 0; i < 15; i++)
        {
            var data = string.Join(',', Enumerable.Range(0, i + 1).Select(n => $"\"f{n}\":\"x\""));
            var next = ConfigMap("{" + data + "}", null);
            next["metadata"]!["managedFields"] = ManagedFields.AfterWrite(live, next, ConfigMapSchema, new FieldWriter("m" + i, "v1", "", Now.AddMinutes(i)));
            live = next;
        }

        var managers = live!["metadata"]!["managedFields"]!.AsArray().Select(entry => (string)entry!["manager"]!).ToList();
        Assert.Equal(["ancient-changes", .. Enumerable.Range(5, 10).Select(i => "m" + i)], managers);
        Assert.Contains("f:f4", Owned(live["metadata"]!["managedFields"]!.AsArray(), "ancient-changes"), StringComparison.Ordinal);
    }

    private static SchemaNode ConfigMapSchema => OpenApiSchemas.For(new GroupVersionKind("", "v1", "ConfigMap"))!;

    private static string? Owned(JsonArray? owners, string manager) =>
        owners?.FirstOrDefault(entry => (string)entry!["manager"]! == manager)?["fieldsV1"]?.ToJsonString();

    private static JsonObject ConfigMap(string data, string? owned)
    {
        var document = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "c" }, ["data"] = JsonNode.Parse(data) };
        if (owned is not null)
        {
            document["metadata"]!["managedFields"] = new JsonArray(new JsonObject
            {
                ["manager"] = "one",
                ["operation"] = "Update",
                ["apiVersion"] = "v1",
                ["time"] = "2026-01-02T03:04:05Z",
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = JsonNode.Parse(owned),
            });
        }

        return document;
    }

    internal static string Sorted(JsonNode? node) => node switch
    {
        JsonObject members => "{" + string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"\"{member.Key}\":{Sorted(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(',', items.Select(Sorted)) + "]",
        _ => node?.ToJsonString() ?? "null",
    };

    private static IEnumerable<JsonObject> Read([CallerFilePath] string here = "") =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "testdata", "created.json")))!.AsArray().Select(item => item!.AsObject());
}
