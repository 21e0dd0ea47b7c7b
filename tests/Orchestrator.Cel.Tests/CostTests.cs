using System.Text.Json.Nodes;
using Orchestrator.Cel.Costs;
using Orchestrator.Cel.Json;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Tests;

/// <summary>Costs in upstream's units.</summary>
public sealed class CostTests
{
    /// <summary>Least estimate, greatest estimate and runtime cost, worked out by the rules of cost.go in cel-go and in pkg/cel/library of the apiserver.</summary>
    [Theory]
    [InlineData("[1, 2, 3].isSorted()", 13, 13, 3)]
    [InlineData("[1, 2].sum()", 12, 12, 2)]
    [InlineData("'abc'.find('a')", 1, 1, 1)]
    [InlineData("'ABC abc ABC abc'.lowerAscii()", 2, 2, 2)]
    [InlineData("'abc 123 def 123'.split(' ')", 3, 3, 3)]
    [InlineData("'abc 123 def 123'.replace('123', '456')", 3, 3, 3)]
    [InlineData("quantity('12Mi')", 1, 1, 1)]
    [InlineData("quantity('12Mi').compareTo(quantity('1Mi'))", 3, 3, 3)]
    [InlineData("ip('192.168.0.1').family()", 3, 3, 3)]
    [InlineData("ip('2001:db8:3333:4444:5555:6666:7777:8888').isLoopback()", 5, 5, 5)]
    [InlineData("ip('192.168.0.1') == ip('192.168.0.1')", 5, 5, 5)]
    [InlineData("ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8, 8, 8)]
    [InlineData("cidr('192.168.0.0/16').masked()", 3, 3, 3)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR(cidr('192.0.0.0/30'))", 7, 11, 7)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR('192.168.0.0/16')", 7, 11, 7)]
    [InlineData("cidr('192.168.0.0/16').containsIP(ip('192.169.0.1'))", 5, 8, 5)]
    [InlineData("cidr('192.168.0.0/16').containsIP('192.0.0.1')", 4, 7, 4)]
    [InlineData("'01234567890123456789012345678901234567890123456789'.indexOf('123')", 5, 5, 5)]
    [InlineData("url('https:://kubernetes.io/').getQuery()", 4, 4, 4)]
    [InlineData("url('https:://kubernetes.io/') == url('https:://kubernetes.io/')", 7, 9, 7)]
    [InlineData("url('https:://kubernetes.io/') == url('http://x.b')", 5, 5, 5)]
    [InlineData("format.named('dns1123Subdomain').value().validate('my-name')", 34, 34, 17)]
    [InlineData("format.named('dns1123Label').value().validate('my-name')", 34, 34, 10)]
    [InlineData("format.named('dns1123Label').value() == format.named('dns1123Label').value()", 5, 11, 5)]
    [InlineData("sets.contains([1], [1])", 22, 22, 2)]
    [InlineData("sets.equivalent([1, 2, 3], [3, 2, 1])", 39, 39, 19)]
    [InlineData("quantity('50k').add(20).sub(quantity('100k')).asInteger() > 0", 6, 6, 6)]
    [InlineData("quantity('200M') == quantity('0.2G') && quantity('0.2G') == quantity('200M')", 3, 6, 6)]
    [InlineData("'abc 123 def 123'.findAll('123', 1)", 2, 2, 2)]
    [InlineData("[1, 2, 3].all(i, i > 0)", 20, 26, 16)]
    public void Literal_expressions(string expression, ulong least, ulong most, ulong runtime)
    {
        var program = CelCases.Program(expression);
        var estimate = program.EstimateCost();
        var result = CelCases.Run(program);
        Assert.Null(result.Failure);
        Assert.Equal((least, most, runtime), (estimate.Min, estimate.Max, result.Cost));
    }

    [Theory]
    [InlineData("self.text == 'abc'", "a runtime cost")]
    [InlineData("self.texts.all(t, t.startsWith('a') && t.size() < 5)", "a fold")]
    [InlineData("self.texts.map(t, t + 'x').size() > 1", "texts made in a fold")]
    [InlineData("self.map.all(k, self.map[k] > 0 && k.matches('^[a-z]+$'))", "a map")]
    [InlineData("has(self.optional) ? self.optional.size() > 0 : self.count > 1", "a choice")]
    [InlineData("self.texts.isSorted() && self.texts.indexOf('b') >= 0", "traversals")]
    [InlineData("self.texts.filter(t, t in ['a', 'b', 'c']).size() >= 0 && self.texts.exists_one(t, t == 'a')", "filters")]
    public void The_runtime_cost_lies_within_the_estimate(string expression, string what)
    {
        var schema = CelSchema.Parse(JsonNode.Parse(
            """
            {"type":"object","properties":{"text":{"type":"string","maxLength":10},"count":{"type":"integer"},"optional":{"type":"string","maxLength":5},
            "texts":{"type":"array","maxItems":5,"items":{"type":"string","maxLength":4}},"map":{"type":"object","maxProperties":3,"additionalProperties":{"type":"integer"}}}}
            """)!.AsObject());
        var self = JsonCel.ToValue(JsonNode.Parse("""{"text":"abc","count":2,"texts":["a","ab","b"],"map":{"x":1,"y":2}}"""), schema);
        var program = CelCases.Program(expression, CelEnvironment.Kubernetes.WithVariable("self", schema.ToDeclType(isResourceRoot: false)!.Named("selfType")));
        var result = CelCases.Run(program, new CelActivation().Set("self", self));
        var estimate = program.EstimateCost();
        Assert.Null(result.Failure);
        Assert.True(result.Cost <= estimate.Max, $"{what}: {result.Cost} is above {estimate.Max}");
        Assert.True(estimate.Max < CelCosts.EstimatedExpressionLimit, $"{what}: {estimate.Max} is too much");
    }

    [Fact]
    public void Data_without_a_bound_is_as_large_as_a_request()
    {
        var schema = CelSchema.Parse(JsonNode.Parse("""{"type":"object","properties":{"list":{"type":"array","items":{"type":"string"}}}}""")!.AsObject());
        var environment = CelEnvironment.Kubernetes.WithVariable("self", schema.ToDeclType(isResourceRoot: false)!.Named("selfType"));
        // A list of empty texts fits (3 MiB - 2) / 3 elements.
        Assert.Equal((CelCosts.LargestRequest - 2) / 3, (long)new DeclTypeSizes(new Dictionary<string, CelDeclType> { ["self"] = schema.ToDeclType(false)! }).Find(["self", "list"])!.Value.Max);
        Assert.True(CelCases.Program("self.list.all(x, self.list.all(y, x == y))", environment).EstimateCost().Max > CelCosts.EstimatedExpressionLimit);
        Assert.True(CelCases.Program("self.list.size() < 5", environment).EstimateCost().Max < 10);
    }

    [Fact]
    public void An_evaluation_ends_when_its_cost_passes_the_limit()
    {
        var program = CelCases.Program("lists.range(1000).all(i, lists.range(1000).all(j, i + j >= 0))");
        var result = CelCases.Run(program);
        Assert.Equal(new CelFailure(CelFailureKind.CostLimitExceeded, "operation cancelled: actual cost limit exceeded"), result.Failure);
        Assert.InRange(result.Cost, CelCosts.PerCallLimit, CelCosts.PerCallLimit + 10_000);
    }

    [Fact]
    public void The_limit_cannot_be_absorbed()
    {
        var program = CelCases.Program("lists.range(1000).all(i, i >= 0) || true");
        Assert.Equal(CelFailureKind.CostLimitExceeded, CelCases.Run(program, costLimit: 100).Failure?.Kind);
    }

    [Fact]
    public void Upstreams_limits() => Assert.Equal(
        (1_000_000UL, 10_000_000UL, 2_500_000UL, 10_000_000UL, 100_000_000UL),
        (CelCosts.PerCallLimit, CelCosts.RuntimeBudget, CelCosts.RuntimeMatchConditionsBudget, CelCosts.EstimatedExpressionLimit, CelCosts.EstimatedDefinitionLimit));
}
