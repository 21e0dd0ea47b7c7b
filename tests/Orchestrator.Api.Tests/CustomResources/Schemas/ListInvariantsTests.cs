using Orchestrator.Api.CustomResources.Schemas;
using Xunit;
using static Orchestrator.Api.Tests.CustomResources.Definitions;

namespace Orchestrator.Api.Tests.CustomResources.Schemas;

public sealed class ListInvariantsTests
{
    private const string Map = """{"type":"object","properties":{"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}}}""";
    private const string Set = """{"type":"object","properties":{"l":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}}""";

    [Theory]
    [InlineData(Map, """{"l":[{"n":"a"},{"n":"b"}]}""", "")]
    [InlineData(Map, """{"l":[{"n":"a"},{"n":"a"},{"n":"a"}]}""", "l[1]: Duplicate value: {\"n\":\"a\"}")]
    [InlineData(Set, """{"l":["a","b","a"]}""", "l[2]: Duplicate value: \"a\"")]
    public void An_item_is_there_once(string schema, string value, string expected) =>
        Assert.Equal(expected, string.Join('|', ListInvariants.Faults(Json(value), Parsed(schema))));
}
