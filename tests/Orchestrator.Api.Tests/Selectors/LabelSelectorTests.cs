using System.Text.Json.Nodes;
using Orchestrator.Api.Selectors;
using Xunit;

namespace Orchestrator.Api.Tests.Selectors;

public sealed class LabelSelectorTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("a=b", "a=b", true)]
    [InlineData("a==b", "a=c", false)]
    [InlineData("a=b", "", false)]
    [InlineData("a!=b", "", true)]
    [InlineData("a!=b", "a=b", false)]
    [InlineData("a", "a=", true)]
    [InlineData("!a", "a=1", false)]
    [InlineData(" ! a , b ", "b=1", true)]
    [InlineData("a in (x, y)", "a=y", true)]
    [InlineData("a in (x,y)", "a=z", false)]
    [InlineData("a notin (x)", "", true)]
    [InlineData("a notin (x)", "a=x", false)]
    [InlineData("a in (x,)", "a=", true)]
    [InlineData("a in ()", "a=", true)]
    [InlineData("a=", "a=", true)]
    [InlineData("a>3", "a=4", true)]
    [InlineData("a>3", "a=3", false)]
    [InlineData("a<3", "a=x", false)]
    [InlineData("in in (in)", "in=in", true)]
    [InlineData("a=b,c!=d,e in (x,y),!f,g", "a=b,c=e,e=x,g=", true)]
    [InlineData("example.com/role=db", "example.com/role=db", true)]
    public void Chooses_by_labels(string query, string labels, bool chosen)
    {
        Assert.Null(LabelSelector.Parse(query, out var selector));
        Assert.Equal(chosen, selector.Matches(Labels(labels)));
    }

    [Theory]
    [InlineData("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData("=b", "found '=', expected: !, identifier, or 'end of string'")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a=b c", "found 'c', expected: ',' or 'end of string'")]
    [InlineData("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [InlineData("a=!b", "unable to parse requirement: found '!', expected: identifier")]
    [InlineData("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("/a=b", "unable to parse requirement: <nil>: Invalid value: \"/a\": prefix part must be non-empty")]
    public void Query_that_cannot_be_read_is_refused_with_the_reason(string query, string fault) =>
        Assert.Equal(fault, LabelSelector.Parse(query, out _));

    [Theory]
    [InlineData("null", "a=b", false)]
    [InlineData("{}", "a=b", true)]
    [InlineData("""{"matchLabels":{"a":"b"}}""", "a=b", true)]
    [InlineData("""{"matchLabels":{"a":"b"}}""", "a=c", false)]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"In","values":["b","c"]}]}""", "a=c", true)]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}""", "a=c", false)]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"NotIn","values":["c"]}]}""", "", true)]
    public void Reads_the_selector_of_a_manifest(string json, string labels, bool chosen)
    {
        Assert.Null(LabelSelector.FromJson(JsonNode.Parse(json), out var selector));
        Assert.Equal(chosen, selector.Matches(Labels(labels)));
    }

    [Theory]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"Near"}]}""", "\"Near\" is not a valid label selector operator")]
    [InlineData("""{"matchExpressions":[{"key":"a","operator":"In"}]}""", "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")]
    public void Bad_selector_of_a_manifest_chooses_nothing_and_says_why(string json, string fault)
    {
        Assert.Equal(fault, LabelSelector.FromJson(JsonNode.Parse(json), out var selector));
        Assert.False(selector.Matches(Labels("a=b")));
    }

    [Theory]
    [InlineData("g,e in (y,x),!f,a=b", "a=b,e in (x,y),!f,g")]
    [InlineData("z>1,b notin (c)", "b notin (c),z>1")]
    public void Is_written_in_the_order_of_keys(string query, string canonical)
    {
        LabelSelector.Parse(query, out var selector);
        Assert.Equal(canonical, selector.ToString());
    }

    private static Dictionary<string, string> Labels(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
}
