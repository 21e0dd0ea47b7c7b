using System.Text;
using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Documents;

namespace Orchestrator.Store.Tests.Documents;

public sealed class ResourceVersionSpliceTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"a"}}""", """{"metadata":{"resourceVersion":"42","name":"a"}}""")]
    [InlineData("""{"metadata":{}}""", """{"metadata":{"resourceVersion":"42"}}""")]
    [InlineData("""{"metadata": { } ,"x":1}""", """{"metadata": {"resourceVersion":"42" } ,"x":1}""")]
    [InlineData("""{"spec":{"metadata":{"a":1}},"metadata":{"name":"ä"}}""", """{"spec":{"metadata":{"a":1}},"metadata":{"resourceVersion":"42","name":"ä"}}""")]
    public void The_resource_version_stands_first_in_metadata(string document, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ResourceVersionSplice.Insert(Encoding.UTF8.GetBytes(document), new Revision(42))));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"metadata":"x"}""")]
    public void A_document_without_metadata_is_refused(string document) =>
        Assert.ThrowsAny<JsonException>(() => ResourceVersionSplice.Insert(Encoding.UTF8.GetBytes(document), new Revision(1)));
}
