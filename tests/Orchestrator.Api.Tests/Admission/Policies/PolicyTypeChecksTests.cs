using Orchestrator.Api.Admission.Policies;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission.Policies;

public sealed class PolicyTypeChecksTests
{
    private const string Deployments = """{"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments"]}""";

    [Theory]
    [InlineData("object.spec.replicas <= 5", null)]
    [InlineData("object.spec.template.spec.containers.all(c, c.image.startsWith('r/'))", null)]
    [InlineData("object.metadata.labels.team == 'a' && oldObject.metadata.name == 'x'", null)]
    [InlineData("object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')", null)]
    [InlineData("object.spec.template.spec.containers[0].ports[0].containerPort == 80", null)]
    [InlineData("object.replicas > 1", "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n")]
    [InlineData("object.spec.replicas == '1'",
        "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.replicas == '1'\n | .....................^\n")]
    [InlineData("params.data.x == '1'", "apps/v1, Kind=Deployment: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.data.x == '1'\n | ^\n")]
    [InlineData("request.operation == 'CREATE' && has(request.namespace)", null)]
    [InlineData("request.verb == 'CREATE'", "apps/v1, Kind=Deployment: ERROR: <input>:1:8: undefined field 'verb'\n | request.verb == 'CREATE'\n | .......^\n")]
    [InlineData("namespaceObject.metadata.labels.env == 'prod'", null)]
    [InlineData("authorizer.requestResource.check('get').allowed()", null)]
    public void An_expression_is_checked_against_the_schema(string expression, string? warning)
    {
        var warnings = Check($$$"""{"resourceRules":[{{{Deployments}}}]}""", $$"""[{"expression":{{System.Text.Json.JsonSerializer.Serialize(expression)}}}]""");
        Assert.Equal(warning is null ? [] : [new ExpressionWarning("spec.validations[0].expression", warning)], warnings);
    }

    [Fact]
    public void Every_kind_that_is_named_is_asked_and_the_message_too()
    {
        const string Rules = """
            {"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"resources":["replicasets","deployments","deployments/scale"]},{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}
            """;
        Assert.Equal(
            [
                new ExpressionWarning("spec.validations[1].expression", "/v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'spec'\n | object.spec.paused\n | ......^\n\n"
                    + "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:12: undefined field 'paused'\n | object.spec.paused\n | ...........^\n"),
                new ExpressionWarning("spec.validations[1].messageExpression", "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'data'\n | object.data.a\n | ......^\n\n"
                    + "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:7: undefined field 'data'\n | object.data.a\n | ......^\n"),
            ],
            Check(Rules, """[{"expression":"true"},{"expression":"object.spec.paused","messageExpression":"object.data.a"}]"""));
    }

    [Theory]
    [InlineData("""{"resourceRules":[{"apiGroups":["*"],"apiVersions":["v1"],"resources":["deployments"]}]}""")]
    [InlineData("""{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["*"],"resources":["deployments"]}]}""")]
    [InlineData("""{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"resources":["*"]}]}""")]
    [InlineData("""{"resourceRules":[{"apiGroups":["nowhere"],"apiVersions":["v1"],"resources":["things"]}]}""")]
    [InlineData("{}")]
    public void Where_no_kind_is_named_there_is_nothing_to_check_against(string match) => Assert.Empty(Check(match, """[{"expression":"object.nonsense"}]"""));

    [Fact]
    public void Parameters_and_variables_are_typed_as_well()
    {
        const string Spec = """
            "paramKind":{"apiVersion":"v1","kind":"ConfigMap"},
            "variables":[{"name":"count","expression":"object.spec.replicas"},{"name":"whole","expression":"object.spec"},{"name":"wrong","expression":"object.nope"}],
            """;
        string? Warning(string expression) => Check($$$"""{"resourceRules":[{{{Deployments}}}]}""", $$"""[{"expression":"{{expression}}"}]""", Spec).SingleOrDefault()?.Warning;
        Assert.Null(Warning("variables.count <= int(params.data.max) && variables.whole.anything && variables.wrong.anything"));
        Assert.Contains("undefined field 'dta'", Warning("params.dta.max == '1'"), StringComparison.Ordinal);
        Assert.Contains("'_==_' applied to '(int, string)'", Warning("variables.count == 'x'"), StringComparison.Ordinal);
    }

    private static IReadOnlyList<ExpressionWarning> Check(string match, string validations, string more = "") => PolicyTypeChecks.Of(
        KindCase.Json($$"""{"spec":{ {{more}} "matchConstraints":{{match}},"validations":{{validations}} } }"""), KindRegistry.BuiltIn);
}
