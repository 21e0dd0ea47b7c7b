using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Xunit;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class FieldErrorTests
{
    public static TheoryData<FieldError, string> Texts => new()
    {
        { FieldError.Required("spec.x"), "spec.x: Required value" },
        { FieldError.Required("spec.x", "must be set"), "spec.x: Required value: must be set" },
        { FieldError.Invalid("spec.x", "v", "detail"), "spec.x: Invalid value: \"v\": detail" },
        { FieldError.Invalid("spec.x", -1, "must be positive"), "spec.x: Invalid value: -1: must be positive" },
        { FieldError.Invalid("spec.x", JsonNode.Parse("""{"a":"<"}"""), "no"), "spec.x: Invalid value: {\"a\":\"\\u003c\"}: no" },
        { FieldError.Invalid("spec.x", null, "no"), "spec.x: Invalid value: null: no" },
        { FieldError.NotSupported("spec.x", "z", "a", "b"), "spec.x: Unsupported value: \"z\": supported values: \"a\", \"b\"" },
        { FieldError.Duplicate("spec.x", "v"), "spec.x: Duplicate value: \"v\"" },
        { FieldError.Forbidden("spec.x", "no"), "spec.x: Forbidden: no" },
        { FieldError.TooMany("spec.x", 9, 8), "spec.x: Too many: 9: must have at most 8 items" },
        { FieldError.TooLong("spec.x", 8), "spec.x: Too long: may not be more than 8 bytes" },
        { FieldError.NotFound("spec.x", "v"), "spec.x: Not found: \"v\"" },
    };

    [Theory, MemberData(nameof(Texts))]
    public void Text_is_upstreams(FieldError error, string expected) => Assert.Equal(expected, error.ToString());

    [Fact]
    public void One_fault_stands_alone_and_several_stand_in_brackets()
    {
        var one = Statuses.Invalid("apps", "Deployment", "x", [FieldError.Required("spec.a")]);
        var two = Statuses.Invalid("", "Pod", "x", [FieldError.Required("spec.a"), FieldError.Required("spec.b")]);
        Assert.Equal("Deployment.apps \"x\" is invalid: spec.a: Required value", one.Message);
        Assert.Equal("Pod \"x\" is invalid: [spec.a: Required value, spec.b: Required value]", two.Message);
        Assert.Equal(new StatusCause("FieldValueRequired", "Required value", "spec.b"), two.Causes[1]);
    }
}
