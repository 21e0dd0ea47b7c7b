using Orchestrator.Api.Patching;
using Xunit;

namespace Orchestrator.Api.Tests.Patching;

public sealed class StrategicMergePatchTests
{
    private const string TwoContainers = """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""";

    [Theory]
    [InlineData("""{"spec":{"containers":[{"name":"b","image":"3"}]}}""", """[{"name":"a","image":"1"},{"name":"b","image":"3"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"c","image":"3"}]}}""", """[{"name":"c","image":"3"},{"name":"a","image":"1"},{"name":"b","image":"2"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """[{"name":"b","image":"2"}]""")]
    [InlineData("""{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""", """[{"name":"c"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"replace","image":"9"}]}}""", "[]")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""", """[{"name":"b","image":"2"},{"name":"a","image":"1"}]""")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"c"},{"name":"a"}],"containers":[{"name":"c","image":"3"}]}}""", """[{"name":"b","image":"2"},{"name":"c","image":"3"},{"name":"a","image":"1"}]""")]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"c","image":"3"},{"name":"a","$patch":"delete"}]}}""", """[{"name":"c","image":"3"},{"name":"b","image":"2"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"b","ports":[{"containerPort":80,"$patch":"delete"}]}]}}""", """[{"name":"a","image":"1"},{"name":"b","image":"2","ports":[]}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"b","image":null}]}}""", """[{"name":"a","image":"1"},{"name":"b"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"b","command":["x"]}]}}""", """[{"name":"a","image":"1"},{"name":"b","image":"2","command":["x"]}]""")]
    public void Lists_with_a_key_are_merged_item_by_item(string patch, string containers) =>
        PatchCheck.Makes(StrategicMergePatch.Apply, TwoContainers, patch, "{\"spec\":{\"containers\":" + containers + "}}", PatchCheck.Pod);

    [Theory]
    [InlineData("""{"metadata":{"finalizers":["a"]}}""", """{"metadata":{"finalizers":["b","a"]}}""", """{"metadata":{"finalizers":["b","a"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""", """{"metadata":{"finalizers":["b"]}}""")]
    [InlineData("""{"metadata":{"name":"x"}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}""", """{"metadata":{"name":"x"}}""")]
    [InlineData("""{"metadata":{"finalizers":["a","b","c"]}}""", """{"metadata":{"$setElementOrder/finalizers":["c","a"],"$deleteFromPrimitiveList/finalizers":["b"]}}""", """{"metadata":{"finalizers":["c","a"]}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"b":null,"c":"3"}}}""", """{"metadata":{"labels":{"a":"1","c":"3"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"replace","c":"3"}}}""", """{"metadata":{"labels":{"c":"3"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{"labels":{}}}""")]
    [InlineData("""{"metadata":{}}""", """{"metadata":{"labels":{"$patch":"replace","a":null,"c":"3"}}}""", """{"metadata":{"labels":{"c":"3"}}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","args":["1","2"]}]}}""", """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""", """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"spec":{"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/"}}]}}""", """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/"}}]}}""")]
    public void Each_field_is_merged_by_its_strategy(string current, string patch, string expected) =>
        PatchCheck.Makes(StrategicMergePatch.Apply, current, patch, expected, PatchCheck.Pod);

    [Theory]
    [InlineData("""{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", """{"spec":{"strategy":{"type":"Recreate"}}}""")]
    [InlineData("""{"spec":{"replicas":3}}""", """{"spec":{"replicas":null,"paused":true}}""", """{"spec":{"paused":true}}""")]
    public void A_deployment_is_merged(string current, string patch, string expected) =>
        PatchCheck.Makes(StrategicMergePatch.Apply, current, patch, expected, PatchCheck.Deployment);

    [Theory]
    [InlineData("""{"spec":{"$retainKeys":["a"],"b":1}}""", 400, "invalid patch format of retainKeys")]
    [InlineData("""{"spec":{"$setElementOrder/containers":{}}}""", 400, "invalid patch format of setElementOrder list")]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", 422, "map: map[image:x] does not contain declared merge key: name")]
    [InlineData("""{"spec":{"$patch":"mangle"}}""", 422, "unknown patch type: mangle in map: map[$patch:mangle]")]
    [InlineData("[]", 400, "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    public void Patch_that_cannot_be_merged_is_refused_with_the_reason(string patch, int code, string message) =>
        PatchCheck.Fails(StrategicMergePatch.Apply, TwoContainers, patch, code, message, PatchCheck.Pod);
}
