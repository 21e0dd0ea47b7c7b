using Orchestrator.Api.CustomResources.Values;
using Xunit;
using static Orchestrator.Api.Tests.CustomResources.Definitions;

namespace Orchestrator.Api.Tests.CustomResources.Values;

/// <summary>The sentences are kube-openapi's.</summary>
public sealed class ValueValidatorTests
{
    [Theory]
    [InlineData("""{"type":"integer","maximum":10}""", "11", "x: Invalid value: 11: x in body should be less than or equal to 10")]
    [InlineData("""{"type":"integer","minimum":1,"exclusiveMinimum":true}""", "1", "x: Invalid value: 1: x in body should be greater than 1")]
    [InlineData("""{"type":"number","maximum":1.5}""", "2.5", "x: Invalid value: 2.5: x in body should be less than or equal to 1.5")]
    [InlineData("""{"type":"integer","multipleOf":3}""", "4", "x: Invalid value: 4: x in body should be a multiple of 3")]
    [InlineData("""{"type":"integer"}""", "\"a\"", "x: Invalid value: \"string\": x in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer"}""", "1.5", "x: Invalid value: \"number\": x in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"string"}""", "null", "x: Invalid value: \"null\": x in body must be of type string: \"null\"")]
    [InlineData("""{"type":"string","nullable":true}""", "null", "")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", "x: Invalid value: \"boolean\": x in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "\"http\"", "")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"c\"", "x: Unsupported value: \"c\": supported values: \"a\", \"b\"")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"abc\"", "x: Too long: may not be more than 2 bytes")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"", "x: Invalid value: \"a\": x in body should be at least 2 chars long")]
    [InlineData("""{"type":"string","pattern":"^a$"}""", "\"a\\n\"", "x: Invalid value: \"a\\n\": x in body should match '^a$'")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"1.2.3\"", "x: Invalid value: \"1.2.3\": x in body must be of type ipv4: \"1.2.3\"")]
    [InlineData("""{"type":"string","format":"unheard-of"}""", "\"anything\"", "")]
    [InlineData("""{"type":"array","maxItems":1,"items":{"type":"string"}}""", "[\"a\",\"b\"]", "x: Too many: 2: must have at most 1 item")]
    [InlineData("""{"type":"array","minItems":1,"items":{"type":"string"}}""", "[]", "x: Invalid value: 0: x in body should have at least 1 items")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", "[\"a\",1]", "x[1]: Invalid value: \"integer\": x[1] in body must be of type string: \"integer\"")]
    [InlineData("""{"type":"object","required":["a"]}""", "{}", "x.a: Required value")]
    [InlineData("""{"type":"object","minProperties":1}""", "{}", "x: Invalid value: 0: x in body should have at least 1 properties")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", "{\"k\":\"v\"}", "x.k: Invalid value: \"string\": x.k in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}""", "{\"a\":\"1\",\"b\":\"2\"}",
        "<nil>: Invalid value: \"\": \"x\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"not":{"required":["a"]}}""", "{\"a\":\"1\"}", "<nil>: Invalid value: \"\": \"x\" must not validate the schema (not)")]
    [InlineData("""{"type":"integer","anyOf":[{"minimum":5},{"enum":[1]}]}""", "2",
        "<nil>: Invalid value: \"\": \"x\" must validate at least one schema (anyOf)|x: Invalid value: 2: x in body should be greater than or equal to 5")]
    public void A_value_at_fault_is_named_with_its_rule(string schema, string value, string expected) => Assert.Equal(expected,
        string.Join('|', ValueValidator.Faults(Json("{\"x\":" + value + "}"), Parsed("""{"type":"object","properties":{"x":""" + schema + "}}"))));

    [Theory]
    [InlineData("""{"a":11,"b":1}""", """{"a":11,"b":2}""", "")]
    [InlineData("""{"a":11,"b":1}""", """{"a":12,"b":1}""", "a: Invalid value: 12: a in body should be less than or equal to 10")]
    [InlineData("""{"b":1}""", """{"a":11,"b":1}""", "a: Invalid value: 11: a in body should be less than or equal to 10")]
    [InlineData("""{"l":[{"n":"x","v":99}]}""", """{"l":[{"n":"y","v":1},{"n":"x","v":99}]}""", "")]
    [InlineData("""{"l":[{"n":"x","v":99}]}""", """{"l":[{"n":"y","v":99}]}""", "l[0].v: Invalid value: 99: l[0].v in body should be less than or equal to 10")]
    public void What_was_at_fault_and_stays_is_tolerated(string old, string value, string expected)
    {
        var schema = Parsed("""
            {"type":"object","properties":{"a":{"type":"integer","maximum":10},"b":{"type":"integer"},
             "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],
              "items":{"type":"object","properties":{"n":{"type":"string"},"v":{"type":"integer","maximum":10}}}}}}
            """);
        Assert.Equal(expected, string.Join('|', ValueValidator.Faults(Json(value), Json(old), schema)));
    }

    [Theory]
    [InlineData(1e21, "1e+21")]
    [InlineData(123456789.5, "123456789.5")]
    [InlineData(0.000001, "1e-06")]
    [InlineData(2, "2")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0.00012, "0.00012")]
    [InlineData(0.00001234, "1.234e-05")]
    [InlineData(1e20, "100000000000000000000")]
    public void Numbers_are_printed_as_go_prints_them(double value, string expected) => Assert.Equal(expected, GoNumbers.Text(value));

    [Theory]
    [InlineData("uuid", "0f2b4a1e-6f0e-4a52-9c0e-1f1e3d2c4b5a", true)]
    [InlineData("uuid", "no", false)]
    [InlineData("date-time", "2026-01-02T03:04:05Z", true)]
    [InlineData("date-time", "yesterday", false)]
    [InlineData("duration", "1h30m", true)]
    [InlineData("duration", "soon", false)]
    [InlineData("cidr", "10.0.0.0/8", true)]
    [InlineData("cidr", "10.0.0.0/33", false)]
    [InlineData("email", "a@b.c", true)]
    [InlineData("email", "a", false)]
    [InlineData("isbn10", "3836221195", true)]
    [InlineData("creditcard", "4111111111111112", false)]
    [InlineData("hostname", "a-b.example", true)]
    [InlineData("hostname", "-a", false)]
    public void Formats_are_checked(string format, string text, bool expected) => Assert.Equal(expected, StringFormats.Matches(format, text));
}
