using System.Text;
using Orchestrator.Api.Kinds.DaemonSets;
using Xunit;

namespace Orchestrator.Api.Tests.Kinds.DaemonSets;

/// <summary>Metadata of DaemonSets that is served alone.</summary>
public sealed class PartialDaemonSetsTests
{
    [Theory]
    [InlineData("""{"name":"d","annotations":{"deprecated.daemonset.template.generation":"1"},"uid":"u"}""", """{"name":"d","uid":"u"}""")]
    [InlineData("""{"name":"d","annotations":{"a":"b","deprecated.daemonset.template.generation":"1"}}""", """{"name":"d","annotations":{"a":"b"}}""")]
    [InlineData("""{"name":"d","annotations":{"a":"b"}}""", """{"name":"d","annotations":{"a":"b"}}""")]
    [InlineData("""{"name":"d"}""", """{"name":"d"}""")]
    public void The_count_of_template_changes_is_left_out(string metadata, string shown) =>
        Assert.Equal(shown, Encoding.UTF8.GetString(PartialDaemonSets.Metadata(Encoding.UTF8.GetBytes(metadata))));

    [Theory]
    [InlineData("""{"kind":"DaemonSet","apiVersion":"apps/v1","metadata":{}}""", true)]
    [InlineData("""{"kind":"DaemonSet","apiVersion":"example.com/v1","metadata":{}}""", false)]
    [InlineData("""{"kind":"Deployment","apiVersion":"apps/v1","metadata":{}}""", false)]
    public void Other_kinds_are_left_alone(string document, bool isOne) => Assert.Equal(isOne, PartialDaemonSets.Is(Encoding.UTF8.GetBytes(document)));
}
