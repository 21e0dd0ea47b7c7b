using Orchestrator.Api.CustomResources.Schemas;
using Xunit;
using static Orchestrator.Api.Tests.CustomResources.Definitions;

namespace Orchestrator.Api.Tests.CustomResources.Schemas;

public sealed class DefaultingTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":7}}}""", "{}", """{"a":7}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":7}}}""", """{"a":null}""", """{"a":7}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":7,"nullable":true}}}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}}}""", """{"a":null}""", "{}")]
    [InlineData("""{"type":"object","properties":{"s":{"type":"object","default":{},"properties":{"a":{"type":"integer","default":7}}}}}""", "{}", """{"s":{"a":7}}""")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer","default":7}}}}}}""", """{"l":[{},{"a":1}]}""", """{"l":[{"a":7},{"a":1}]}""")]
    [InlineData("""{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"string"}}}}""", """{"m":{"k":null,"l":"x"}}""", """{"m":{"l":"x"}}""")]
    public void Defaults_are_filled_in_and_forbidden_nulls_go(string schema, string value, string expected)
    {
        var node = Json(value);
        Defaulting.Complete(node, Parsed(schema));
        Assert.Equal(expected, node.ToJsonString());
    }
}
