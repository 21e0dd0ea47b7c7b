using System.Text.Json;
using Orchestrator.Api.CustomResources.Columns;
using Xunit;

namespace Orchestrator.Api.Tests.CustomResources.Columns;

public sealed class JsonPathTests
{
    private const string Document = """{"spec":{"size":3,"a.b":"dotted","list":[10,20,30]},"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Synced","status":"False"}]}}""";

    [Theory]
    [InlineData(".spec.size", "3")]
    [InlineData(".spec.missing.deeper", "")]
    [InlineData(".spec['a.b']", "dotted")]
    [InlineData(".spec.a\\.b", "dotted")]
    [InlineData(".spec.list[0]", "10")]
    [InlineData(".spec.list[-1]", "30")]
    [InlineData(".spec.list[0:2]", "10 20")]
    [InlineData(".spec.list[*]", "10 20 30")]
    [InlineData(".status.conditions[?(@.type==\"Ready\")].status", "True")]
    [InlineData(".status.conditions[?(@.type!='Ready')].status", "False")]
    [InlineData("..status", "{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"},{\"type\":\"Synced\",\"status\":\"False\"}]} True False")]
    public void A_path_finds_its_values(string path, string expected)
    {
        using var document = JsonDocument.Parse(Document);
        var found = JsonPath.Parse(path, out var fault)!.Find(document.RootElement);
        Assert.Null(fault);
        Assert.Equal(expected, string.Join(' ', found.Select(value => value.ToString())));
    }

    [Theory]
    [InlineData(".spec[")]
    [InlineData(".spec[x]")]
    [InlineData(".spec.list[1:2:3:4]")]
    public void A_malformed_path_is_none(string path)
    {
        Assert.Null(JsonPath.Parse(path, out var fault));
        Assert.NotNull(fault);
    }
}
