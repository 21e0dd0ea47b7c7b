using Orchestrator.Api.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.CustomResourceDefinitions;

/// <summary>The schema of a definition's only version, which upstream names <c>spec.validation</c>.</summary>
public sealed class SchemaRulesTests
{
    private const string Root = "spec.validation.openAPIV3Schema";

    private static readonly IKindStrategy Definitions = Strategy("apiextensions.k8s.io", "customresourcedefinitions");

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}}}""", "")]
    [InlineData("{}", ".type: Required value: must not be empty at the root")]
    [InlineData("""{"type":"string"}""", ".type: Invalid value: \"string\": must be object at the root")]
    [InlineData("""{"type":"object","properties":{"a":{}}}""", ".properties[a].type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", ".properties[a].items: Required value: must be specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"strng"}}}""",
        ".properties[a].type: Unsupported value: \"strng\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"properties":{"a":{"type":"string"}}}]}""",
        ".anyOf[0].properties[a].type: Forbidden: must be empty to be structural")]
    [InlineData("""{"type":"object","allOf":[{"properties":{"b":{"minimum":1}}}]}""",
        ".properties[b]: Required value: because it is defined in spec.validation.openAPIV3Schema.allOf[0].properties[b]")]
    [InlineData("""{"type":"object","not":{"properties":{"metadata":{}}},"properties":{"metadata":{"type":"object"}}}""",
        ".not.properties[metadata]: Forbidden: must not be specified in a nested context")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}""",
        ".properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified")]
    [InlineData("""{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","pattern":"^a"}}}}}""", "")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", ".additionalProperties: Forbidden: must not be used at the root")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""",
        ".properties[a].default: Invalid value: \"string\":  in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","default":{"b":1}}}}""", ".properties[a].default: Invalid value: {\"b\":1}: must not have unknown fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":1,"x-kubernetes-validations":[{"rule":"self < 10"}]}}}""", "")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":11,"x-kubernetes-validations":[{"rule":"self < 10","message":"too much"}]}}}""",
        ".properties[a].default: Invalid value: 11: too much")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","default":{"b":11},"properties":{"b":{"type":"integer","x-kubernetes-validations":[{"rule":"self < 10"}]}}}}}""",
        ".properties[a].default.b: Invalid value: 11: failed rule: self < 10")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":1,"x-kubernetes-validations":[{"rule":"self == oldSelf + 1"}]}}}""",
        ".properties[a].default: Invalid value: 1: failed rule: self == oldSelf + 1")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":1,"x-kubernetes-validations":[{"rule":"oldSelf.hasValue()","optionalOldSelf":true}]}}}""",
        ".properties[a].default: Invalid value: 1: failed rule: oldSelf.hasValue()")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","uniqueItems":true}}}""",
        ".properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""", ".properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""",
        ".properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object","properties":{"n":{"type":"string"}}}}}}""",
        ".properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}}}""",
        ".properties[a].items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}}}""",
        ".properties[a].items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","x-kubernetes-map-type":"atomic"}}}""",
        ".properties[a].type: Invalid value: \"string\": must be object if x-kubernetes-map-type is specified")]
    [InlineData("""{"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}}""", "")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":" "}]}""", ".x-kubernetes-validations[0].rule: Required value: rule is not specified")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"true","reason":"Whim"}]}""",
        ".x-kubernetes-validations[0].reason: Unsupported value: \"Whim\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.a"}]}""",
        ".x-kubernetes-validations[0].rule: Invalid value: {\"Rule\":\"self.a\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: cel expression must evaluate to a bool")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"true","optionalOldSelf":true}]}""",
        ".x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","items":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf"}]},"maxItems":3}}}""",
        ".properties[l].items.x-kubernetes-validations[0].rule: Invalid value: \"self >= oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[l]")]
    public void A_schema_at_fault_is_named(string schema, string expected)
    {
        var faults = Faults(Definitions, Definition(schema));
        if (expected.Length == 0)
        {
            Assert.Empty(faults);
            return;
        }

        var fault = Assert.Single(faults);
        Assert.True(fault.StartsWith(Root + expected, StringComparison.Ordinal), fault);
    }

    [Fact]
    public void Rules_that_could_cost_too_much_are_refused()
    {
        var faults = Faults(Definitions, Definition(
            """{"type":"object","properties":{"l":{"type":"array","items":{"type":"string"},"x-kubernetes-validations":[{"rule":"self.all(x, self.exists(y, x == y))"}]}}}"""));
        Assert.Contains(faults, fault => fault.StartsWith(
            Root + ".properties[l].x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x", StringComparison.Ordinal));
    }

    private static string Definition(string schema) => $$$"""
        {"metadata":{"name":"gadgets.a.b"},"spec":{"group":"a.b","scope":"Cluster","names":{"plural":"gadgets","kind":"Gadget"},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{{schema}}}}}]}}
        """;
}
