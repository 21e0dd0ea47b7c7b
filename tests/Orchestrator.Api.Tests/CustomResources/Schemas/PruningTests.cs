using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Xunit;
using static Orchestrator.Api.Tests.CustomResources.Definitions;

namespace Orchestrator.Api.Tests.CustomResources.Schemas;

public sealed class PruningTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", """{"kind":"A","a":1}""", """{"kind":"A"}""", "a")]
    [InlineData("""{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}}}}}""", """{"spec":{"a":"x","b":{"c":1}}}""", """{"spec":{"a":"x"}}""", "spec.b")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}}}}""", """{"l":[{"a":"x"},{"b":1}]}""", """{"l":[{"a":"x"},{}]}""", "l[1].b")]
    [InlineData("""{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}}}""", """{"m":{"k":{"a":"x","b":1}}}""", """{"m":{"k":{"a":"x"}}}""", "m.k.b")]
    [InlineData("""{"type":"object","properties":{"any":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}""", """{"any":{"x":[1,{"y":2}]}}""", """{"any":{"x":[1,{"y":2}]}}""", "")]
    [InlineData("""{"type":"object","properties":{"any":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"s":{"type":"object"}}}}}""", """{"any":{"s":{"u":1},"t":{"u":1}}}""", """{"any":{"s":{},"t":{"u":1}}}""", "any.s.u")]
    public void What_the_schema_does_not_know_goes_and_is_named(string schema, string value, string expected, string unknown)
    {
        var node = Json(value);
        var found = Pruning.Prune(node, Parsed(schema), isResource: true);
        Assert.Equal(expected, node.ToJsonString());
        Assert.Equal(unknown, string.Join(' ', found));
    }

    [Fact]
    public void Pruning_and_defaulting_twice_change_nothing_more()
    {
        var random = new Random(20260301);
        for (var round = 0; round < 500; round++)
        {
            var schema = Parsed(RandomSchema(random, 3).ToJsonString());
            var value = RandomValue(random, 4) as JsonObject ?? [];
            Pruning.Prune(value, schema, isResource: false);
            Defaulting.Complete(value, schema);
            Pruning.Prune(value, schema, isResource: false);
            var once = value.ToJsonString();
            Assert.Empty(Pruning.Prune(value, schema, isResource: false));
            Defaulting.Complete(value, schema);
            Assert.Equal(once, value.ToJsonString());
        }
    }

    private static JsonObject RandomSchema(Random random, int depth)
    {
        var properties = new JsonObject();
        foreach (var name in (string[])["a", "b", "c"])
        {
            if (random.Next(3) > 0)
            {
                properties[name] = random.Next(depth == 0 ? 2 : 5) switch
                {
                    0 => new JsonObject { ["type"] = "integer", ["default"] = random.Next(9), ["nullable"] = random.Next(2) == 0 },
                    1 => new JsonObject { ["type"] = "string", ["nullable"] = random.Next(2) == 0 },
                    2 => new JsonObject { ["type"] = "array", ["items"] = RandomSchema(random, depth - 1) },
                    3 => new JsonObject { ["type"] = "object", ["additionalProperties"] = RandomSchema(random, depth - 1) },
                    _ => RandomSchema(random, depth - 1),
                };
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (random.Next(4) == 0)
        {
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        }

        return schema;
    }

    private static JsonNode? RandomValue(Random random, int depth) => random.Next(depth == 0 ? 2 : 5) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(9)),
        2 => new JsonArray(RandomValue(random, depth - 1), RandomValue(random, depth - 1)),
        _ => new JsonObject { ["a"] = RandomValue(random, depth - 1), ["b"] = RandomValue(random, depth - 1), ["d"] = RandomValue(random, depth - 1) },
    };
}
