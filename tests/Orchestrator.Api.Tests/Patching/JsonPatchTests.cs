using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Patching;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

public sealed class JsonPatchTests
{
    private const string DoesNotFit = "the server rejected our request due to an error in our request";

    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/a","value":null}]""", """{"a":null}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":4}]""", """{"a":[1,2,3,4]}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"remove","path":"/a/-1"}]""", """{"a":[1]}""")]
    [InlineData("""{"a":{"b/c":1,"~":2}}""", """[{"op":"remove","path":"/a/b~1c"},{"op":"replace","path":"/a/~0","value":3}]""", """{"a":{"~":3}}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"},{"op":"add","path":"/c/b","value":2}]""", """{"a":{"b":1},"c":{"b":2}}""")]
    [InlineData("""{"a":[1,2,3]}""", """[{"op":"move","from":"/a/0","path":"/a/2"}]""", """{"a":[2,3,1]}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"replace","path":"","value":{"z":0}}]""", """{"z":0}""")]
    [InlineData("""{"a":{"x":[1,{"y":null}]}}""", """[{"op":"test","path":"/a","value":{"x":[1,{"y":null}]}}]""", """{"a":{"x":[1,{"y":null}]}}""")]
    [InlineData("""{"a":1}""", "[]", """{"a":1}""")]
    public void Operations_change_the_document(string current, string patch, string expected) =>
        PatchCheck.Makes(JsonPatch.Apply, current, patch, expected);

    [Theory]
    [InlineData("""[{"op":"remove","path":"/ghost"}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"add","path":"/b","value":1},{"op":"test","path":"/a","value":2}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"frobnicate","path":"/a"}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"add","path":"/l/9","value":1}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"add","path":"a","value":1}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"add","path":"/b"}]""", 422, DoesNotFit)]
    [InlineData("""[{"op":"move","from":"/l","path":"/l/0"}]""", 422, DoesNotFit)]
    [InlineData("""[7]""", 422, DoesNotFit)]
    [InlineData("""{"op":"add"}""", 400, "json: cannot unmarshal object into Go value of type jsonpatch.Patch")]
    [InlineData("""[{"op":""", 400, "unexpected end of JSON input")]
    public void Patch_that_does_not_fit_changes_nothing(string patch, int code, string message) =>
        PatchCheck.Fails(JsonPatch.Apply, """{"a":1,"l":[1]}""", patch, code, message);

    [Theory]
    [InlineData(10_000, null)]
    [InlineData(10_001, "Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got 10001")]
    public void Number_of_operations_is_bounded(int count, string? message)
    {
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/a","value":1}""", count)) + "]";
        Assert.Equal(message, JsonPatch.Apply(JsonNode.Parse("""{"a":1}"""), Encoding.UTF8.GetBytes(patch), null).Failure?.Message);
    }

    [Fact]
    public void Copies_that_double_the_document_again_and_again_are_refused()
    {
        var copies = string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""{"op":"copy","from":"","path":"/n{{i}}"}"""));
        PatchCheck.Fails(JsonPatch.Apply, """{"a":"0123456789"}""", "[" + copies + "]", 422, DoesNotFit);
    }
}
