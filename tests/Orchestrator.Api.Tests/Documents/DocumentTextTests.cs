using System.Text;
using Orchestrator.Api.Documents;

namespace Orchestrator.Api.Tests.Documents;

public sealed class DocumentTextTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"status":{"phase":"Active"}}""", "Active")]
    [InlineData("""{"spec":{"status":{"phase":"no"},"phase":"no"},"status":{"conditions":[{"phase":"no"}],"phase":"Ac\"tive"}}""", "Ac\"tive")]
    [InlineData("""{"status":{"phase":{"a":1}}}""", null)]
    [InlineData("""{"status":{"phase":7}}""", "7")]
    [InlineData("""{"status":{"phase":[true]}}""", null)]
    [InlineData("""{"status":{"phase":true}}""", "true")]
    [InlineData("""{"status":{"phase":null}}""", null)]
    [InlineData("""{"status":{}}""", null)]
    [InlineData("""{"status":null,"phase":"no"}""", null)]
    [InlineData("""{"status":["phase"]}""", null)]
    [InlineData("""{"phase":"no"}""", null)]
    [InlineData(""" {"status":{"phase":""}}""", "")]
    public void A_field_is_found_where_it_stands_and_nowhere_else(string document, string? text) =>
        Assert.Equal(text, DocumentText.Field(Encoding.UTF8.GetBytes(document), "status.phase"));
}
