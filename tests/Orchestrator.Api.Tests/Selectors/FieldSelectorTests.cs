using System.Text;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Selectors;
using Xunit;

namespace Orchestrator.Api.Tests.Selectors;

public sealed class FieldSelectorTests
{
    private const string Pod = """{"metadata":{"name":"a","labels":{"spec":"x"}},"spec":{"containers":[{"nodeName":"no"}],"nodeName":"n1"},"status":{"phase":"Running"}}""";

    [Theory]
    [InlineData("spec.nodeName=n1", true)]
    [InlineData("spec.nodeName==n2", false)]
    [InlineData("spec.nodeName!=n2,status.phase=Running", true)]
    [InlineData("spec.nodeName=", false)]
    [InlineData("status.podIP=", true)]
    [InlineData("spec.hostNetwork=false", true)]
    [InlineData("metadata.name=a,,", true)]
    [InlineData("metadata.name=a\\,b", false)]
    public void Chooses_by_fields(string query, bool chosen)
    {
        Assert.Null(FieldSelector.Parse(query, out var selector));
        Assert.Equal(chosen, selector.Matches(field => SelectableFields.Value(new GroupResource("", "pods"), Encoding.UTF8.GetBytes(Pod), field)));
    }

    [Theory]
    [InlineData("a", "invalid selector: 'a'; can't understand 'a'")]
    [InlineData("a=b=c", "invalid field selector: unescaped character in value: =")]
    [InlineData("a=b\\c", "invalid field selector: invalid escape sequence: \\c")]
    public void Query_that_cannot_be_read_is_refused_with_the_reason(string query, string fault) =>
        Assert.Equal(fault, FieldSelector.Parse(query, out _));

    [Theory]
    [InlineData("", "configmaps", "spec.nope=1", "\"spec.nope\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("", "pods", "spec.nope=1", "field label not supported: spec.nope")]
    [InlineData("", "pods", "spec.nodeName=1,metadata.namespace=x", null)]
    [InlineData("", "events", "involvedObject.uid=1,reason=Killing", null)]
    [InlineData("batch", "jobs", "spec.nope=1", "field label \"spec.nope\" not supported for Job")]
    public void Field_that_the_kind_is_not_selected_by_is_refused(string group, string resource, string query, string? fault)
    {
        FieldSelector.Parse(query, out var selector);
        Assert.Equal(fault, selector.Fault(new GroupResource(group, resource), "Job"));
    }

    [Theory]
    [InlineData("batch", "jobs", """{"status":{"succeeded":2}}""", "status.successful", "2")]
    [InlineData("batch", "jobs", "{}", "status.successful", "0")]
    [InlineData("", "events", """{"regarding":{"name":"p"}}""", "involvedObject.name", "p")]
    [InlineData("", "events", """{"source":{},"reportingComponent":"kubelet"}""", "source", "kubelet")]
    [InlineData("", "nodes", """{"spec":{"unschedulable":true}}""", "spec.unschedulable", "true")]
    [InlineData("example.com", "widgets", """{"spec":{"color":"red"}}""", "spec.color", "red")]
    [InlineData("example.com", "widgets", """{"spec":{"color":"red"}}""", ".spec.color", "red")]
    public void Reads_the_value_as_upstream_compares_it(string group, string resource, string document, string field, string value) =>
        Assert.Equal(value, SelectableFields.Value(new GroupResource(group, resource), Encoding.UTF8.GetBytes(document), field));
}
