using System.Text;
using System.Text.Json;
using Orchestrator.Store.Documents;

namespace Orchestrator.Store.Tests.Documents;

public sealed class DocumentHeaderTests
{
    [Fact]
    public void What_the_store_needs_is_read_wherever_it_stands()
    {
        var header = Parse("""
            {"spec":{"metadata":{"uid":"inner"}},"metadata":{"labels":{"a":"1","b":"2"},"managedFields":[{"uid":"x"}],"uid":"outer",
             "ownerReferences":[{"name":"n","uid":"o1","deep":{"uid":"no"}},{"uid":"o2"}],"deletionTimestamp":"2026-01-01T00:00:00Z"},"z":[1]}
            """);
        Assert.Equal("outer", header.Uid);
        Assert.Equal(["o1", "o2"], header.OwnerUids);
        Assert.Equal([new("a", "1"), new KeyValuePair<string, string>("b", "2")], header.Labels);
        Assert.True(header.Terminating);
        Assert.False(header.HasResourceVersion);
    }

    [Theory]
    [InlineData("""{"metadata":{}}""")]
    [InlineData("""{"metadata":{"labels":null,"ownerReferences":null,"uid":null}}""")]
    public void What_is_absent_or_null_is_empty(string document)
    {
        var header = Parse(document);
        Assert.Equal("", header.Uid);
        Assert.Empty(header.Labels);
        Assert.Empty(header.OwnerUids);
        Assert.False(header.Terminating);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"metadata":"x"}""")]
    [InlineData("""{"metadata":{"uid":1}}""")]
    [InlineData("""{"metadata":{"name":"x" """)]
    public void What_is_no_object_with_metadata_is_refused(string document) => Assert.ThrowsAny<JsonException>(() => Parse(document));

    private static DocumentHeader Parse(string document) => DocumentHeader.Parse(Encoding.UTF8.GetBytes(document));
}
