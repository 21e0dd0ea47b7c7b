using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Xunit;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class GoTextTests
{
    [Theory]
    [InlineData("""{"b":1,"a":{"d":[2.50,1.0],"c":null}}""", """{"a":{"c":null,"d":[2.5,1]},"b":1}""")]
    [InlineData("""{"a":9223372036854775807,"b":1e21}""", """{"a":9223372036854775807,"b":1e+21}""")]
    [InlineData("""{"a":1e400,"b":-1e400}""", """{"a":1e400,"b":-1e400}""")]
    public void Json_as_go_writes_maps(string sent, string written) => Assert.Equal(written, GoText.SortedJson(JsonNode.Parse(sent)));
}
