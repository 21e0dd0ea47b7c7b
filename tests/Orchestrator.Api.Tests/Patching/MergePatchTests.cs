using System.Text;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using Orchestrator.Api.Patching;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b",null]}""", """{"a":["b",null]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":1}""", """{"b":1,"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1.50}""", "{}", """{"a":1.50}""")]
    public void Wanted_values_are_merged(string current, string patch, string expected) =>
        PatchCheck.Makes(MergePatch.Apply, current, patch, expected);

    [Theory]
    [InlineData("[1,2]", "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData("{", "error decoding patch: unexpected end of JSON input")]
    [InlineData("", "error decoding patch: unexpected end of JSON input")]
    public void What_is_no_object_is_no_patch(string patch, string message) =>
        PatchCheck.Fails(MergePatch.Apply, "{}", patch, 400, message);

    [Property]
    public bool Applying_twice_is_applying_once((byte Path, int Value)[] current, (byte Path, int? Value)[] patch)
    {
        var target = Tree(current.Select(entry => (entry.Path, (int?)entry.Value)));
        var bytes = Encoding.UTF8.GetBytes(Tree(patch).ToJsonString());
        var once = MergePatch.Apply(target, bytes, null).Result;
        return JsonNode.DeepEquals(once, MergePatch.Apply(once, bytes, null).Result);
    }

    /// <summary>Each byte is a path of up to three steps of four names.</summary>
    private static JsonObject Tree(IEnumerable<(byte Path, int? Value)> entries)
    {
        var root = new JsonObject();
        foreach (var (path, value) in entries)
        {
            var node = root;
            for (var depth = 0; depth < path >> 6; depth++)
            {
                var name = "f" + ((path >> (depth * 2)) & 3);
                node = node[name] as JsonObject ?? (JsonObject)(node[name] = new JsonObject())!;
            }

            node["f" + (path & 3)] = value is { } number ? JsonValue.Create(number) : null;
        }

        return root;
    }
}
