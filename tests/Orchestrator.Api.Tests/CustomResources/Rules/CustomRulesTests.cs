using Orchestrator.Api.CustomResources.Rules;
using Xunit;
using static Orchestrator.Api.Tests.CustomResources.Definitions;

namespace Orchestrator.Api.Tests.CustomResources.Rules;

public sealed class CustomRulesTests
{
    [Theory]
    [InlineData("""{"rule":"self.a <= self.b","message":"a must not be above b"}""", """{"a":2,"b":1}""", null, "spec: Invalid value: a must not be above b")]
    [InlineData("""{"rule":"self.a <= self.b"}""", """{"a":2,"b":1}""", null, "spec: Invalid value: failed rule: self.a <= self.b")]
    [InlineData("""{"rule":"self.a <= self.b"}""", """{"a":1,"b":1}""", null, "")]
    [InlineData("""{"rule":"self.a <= self.b","reason":"FieldValueForbidden","fieldPath":".a","message":"no"}""", """{"a":2,"b":1}""", null, "spec.a: Forbidden: no")]
    [InlineData("""{"rule":"self.a <= self.b","messageExpression":"self.s + '!'"}""", """{"a":2,"b":1,"s":"oh"}""", null, "spec: Invalid value: oh!")]
    [InlineData("""{"rule":"self.a >= oldSelf.a","message":"a may not shrink"}""", """{"a":1,"b":1}""", null, "")]
    [InlineData("""{"rule":"self.a >= oldSelf.a","message":"a may not shrink"}""", """{"a":1,"b":1}""", """{"a":2,"b":1}""", "spec: Invalid value: a may not shrink")]
    [InlineData("""{"rule":"oldSelf.hasValue() || self.a == 1","optionalOldSelf":true,"message":"begins at one"}""", """{"a":2,"b":1}""", null, "spec: Invalid value: begins at one")]
    [InlineData("""{"rule":"self.a <= self.b","message":"no"}""", """{"a":2,"b":1}""", """{"a":2,"b":1}""", "")]
    [InlineData("""{"rule":"self.l[5] == 'x'"}""", """{"a":1,"b":1,"l":[]}""", null, "spec: Invalid value: \"object\": index out of bounds: 5 evaluating rule: self.l[5] == 'x'")]
    public void A_rule_that_does_not_hold_is_a_fault(string rule, string spec, string? old, string expected)
    {
        var rules = CustomRules.Of(Parsed("""
            {"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"},"s":{"type":"string"},
             "l":{"type":"array","items":{"type":"string"}}},"x-kubernetes-validations":[RULE]}}}
            """.Replace("RULE", rule, StringComparison.Ordinal)));
        var faults = rules.Faults(Json("{\"spec\":" + spec + "}"), old is null ? null : Json("{\"spec\":" + old + "}"));
        Assert.Equal(expected, string.Join('|', faults));
    }

    [Fact]
    public void The_root_has_its_metadata_and_no_name()
    {
        var rules = CustomRules.Of(Parsed("""{"type":"object","x-kubernetes-validations":[{"rule":"self.metadata.name.startsWith('a')","message":"begin with a"}]}"""));
        Assert.Equal("<nil>: Invalid value: begin with a", string.Join('|', rules.Faults(Json("""{"apiVersion":"a.b/v1","kind":"Widget","metadata":{"name":"b"}}"""), null)));
        Assert.Empty(rules.Faults(Json("""{"apiVersion":"a.b/v1","kind":"Widget","metadata":{"name":"ab"}}"""), null));
    }
}
