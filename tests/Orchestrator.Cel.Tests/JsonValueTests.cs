using System.Text.Json.Nodes;
using Orchestrator.Cel.Json;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Cel.Tests;

/// <summary>JSON seen through a schema, and without one.</summary>
public sealed class JsonValueTests
{
    private static readonly CelSchema Schema = CelSchema.Parse(JsonNode.Parse(
        """
        {"type":"object","properties":{
          "count":{"type":"integer"},"ratio":{"type":"number"},"when":{"type":"string","format":"date-time"},"day":{"type":"string","format":"date"},
          "wait":{"type":"string","format":"duration"},"data":{"type":"string","format":"byte"},"port":{"x-kubernetes-int-or-string":true},
          "maybe":{"type":"string","nullable":true},"namespace":{"type":"string"},"x-dash":{"type":"string"},
          "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
          "keyed":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","properties":{"name":{"type":"string"},"v":{"type":"integer"}}}},
          "labels":{"type":"object","additionalProperties":{"type":"string"}},
          "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
          "embedded":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}}
        """)!.AsObject());

    private static readonly CelEnvironment Typed = CelEnvironment.Kubernetes
        .WithVariable("self", Schema.ToDeclType(isResourceRoot: true)!.Named("selfType1"))
        .WithVariable("oldSelf", Schema.ToDeclType(isResourceRoot: true)!.Named("selfType1"));

    [Theory]
    [InlineData("self.count + 1 == 3", """{"count":2}""", "true")]
    [InlineData("self.ratio == 2.0", """{"ratio":2}""", "true")]
    [InlineData("self.when.getFullYear()", """{"when":"2024-05-06T07:08:09Z"}""", "2024")]
    [InlineData("self.day < timestamp('2024-05-07T00:00:00Z')", """{"day":"2024-05-06"}""", "true")]
    [InlineData("self.wait > duration('1m')", """{"wait":"2m"}""", "true")]
    [InlineData("self.data == b'hi'", """{"data":"aGk="}""", "true")]
    [InlineData("type(self.port) == string ? self.port == '80%' : self.port == 80", """{"port":"80%"}""", "true")]
    [InlineData("type(self.port) == string ? self.port == '80%' : self.port == 80", """{"port":80}""", "true")]
    [InlineData("has(self.maybe)", """{"maybe":null}""", "false")]
    [InlineData("self.__namespace__ + self.namespace", """{"namespace":"a"}""", "aa")]
    [InlineData("self.x__dash__dash", """{"x-dash":"a"}""", "a")]
    [InlineData("self.x__dash__dash", """{}""", "error: no such key: x__dash__dash")]
    [InlineData("self.set == ['b', 'a']", """{"set":["a","b"]}""", "true")]
    [InlineData("self.set + ['b', 'c']", """{"set":["a","b"]}""", "[a b c]")]
    [InlineData("self.labels.all(k, self.labels[k] != '') && 'a' in self.labels", """{"labels":{"a":"b"}}""", "true")]
    [InlineData("self.labels['x-y']", """{"labels":{"x-y":"b"}}""", "b")]
    [InlineData("self.metadata.name", """{"metadata":{"name":"n"}}""", "n")]
    [InlineData("self.embedded.kind", """{"embedded":{"kind":"K"}}""", "K")]
    [InlineData("self.count", """{"count":"x"}""", "error: invalid data, expected int, got string")]
    [InlineData("self.count", """{"count":1.5}""", "error: invalid data, expected int, got float64")]
    public void Through_a_schema(string expression, string json, string expected) =>
        Assert.Equal(expected, CelCases.Outcome(expression, Typed, new CelActivation().Set("self", JsonCel.ToValue(JsonNode.Parse(json), Schema.WithTypeAndObjectMeta()))));

    [Theory]
    [InlineData("self.nope", "undefined field 'nope'")]
    [InlineData("self.free.x", "undefined field 'x'")]
    [InlineData("self.count == 'a'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("self.keyed[0] == 1", "found no matching overload for '_==_' applied to '(selfType1.keyed.@idx, int)'")]
    [InlineData("self == 1", "found no matching overload for '_==_' applied to '(selfType1, int)'")]
    public void The_checker_knows_the_schema(string expression, string expected) => Assert.Contains(expected, Typed.Compile(expression).Message, StringComparison.Ordinal);

    [Fact]
    public void Keyed_lists_merge() => Assert.Equal(
        "[1 9 3]",
        CelCases.Outcome(
            "(self.keyed + oldSelf.keyed).map(e, e.v)",
            Typed,
            new CelActivation()
                .Set("self", JsonCel.ToValue(JsonNode.Parse("""{"keyed":[{"name":"a","v":1},{"name":"b","v":2}]}"""), Schema))
                .Set("oldSelf", JsonCel.ToValue(JsonNode.Parse("""{"keyed":[{"name":"b","v":9},{"name":"c","v":3}]}"""), Schema))));

    [Theory]
    [InlineData("""{"keyed":[{"name":"a"},{"name":"b"}]}""", """{"keyed":[{"name":"b"},{"name":"a"}]}""", "true")]
    [InlineData("""{"free":{"a":1}}""", """{"free":{"a":2}}""", "false")]
    [InlineData("""{"free":{"a":1}}""", """{"free":{"a":1}}""", "true")]
    [InlineData("""{"count":1}""", """{"count":2}""", "false")]
    public void Objects_are_compared_by_the_schema(string left, string right, string expected) => Assert.Equal(
        expected,
        CelCases.Outcome("self == oldSelf", Typed, new CelActivation().Set("self", JsonCel.ToValue(JsonNode.Parse(left), Schema)).Set("oldSelf", JsonCel.ToValue(JsonNode.Parse(right), Schema))));

    [Theory]
    [InlineData("o.spec.replicas + 1", "3")]
    [InlineData("o.spec.ratio", "1.5")]
    [InlineData("o.spec.list.map(x, x * 2)", "[2 4]")]
    [InlineData("o.spec.nothing == null", "true")]
    [InlineData("has(o.spec.absent)", "false")]
    [InlineData("o.metadata.labels['a-b']", "c")]
    [InlineData("o.spec.?absent.x.orValue(1)", "1")]
    public void Without_a_schema(string expression, string expected)
    {
        var json = JsonNode.Parse("""{"metadata":{"labels":{"a-b":"c"}},"spec":{"replicas":2,"ratio":1.5,"list":[1,2],"nothing":null}}""");
        Assert.Equal(expected, CelCases.Outcome(expression, CelEnvironment.Kubernetes.WithVariable("o", CelType.Dyn), new CelActivation().Set("o", JsonCel.ToValue(json))));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a-b.c/d", "a__dash__b__dot__c__slash__d")]
    [InlineData("a__b", "a__underscores__b")]
    [InlineData("in", "__in__")]
    [InlineData("1a", null)]
    [InlineData("a b", null)]
    public void Field_names_are_escaped_and_back(string name, string? escaped)
    {
        Assert.Equal(escaped, FieldNames.Escape(name));
        if (escaped is not null) Assert.Equal(name, FieldNames.Unescape(escaped));
    }
}
