using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission.Policies;

/// <summary>ValidatingAdmissionPolicies and MutatingAdmissionPolicies through the whole decision.</summary>
public sealed class PolicyTests
{
    private const string OnConfigMaps = """ "matchConstraints":{"resourceRules":[{"operations":["CREATE","UPDATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]} """;

    [Theory]
    [InlineData("""{"expression":"object.data.a == '1'"}""", null)]
    [InlineData("""{"expression":"object.data.a == '2'"}""", "422 Invalid failed expression: object.data.a == '2'")]
    [InlineData("""{"expression":"false","message":"no","reason":"Forbidden"}""", "403 Forbidden no")]
    [InlineData("""{"expression":"false","message":"no","messageExpression":"'got ' + object.data.a"}""", "422 Invalid got 1")]
    [InlineData("""{"expression":"object.data.missing == '1'"}""", "422 Invalid expression 'object.data.missing == '1'' resulted in error: no such key: missing")]
    [InlineData("""{"expression":"request.userInfo.username == 'alice' && request.operation == 'CREATE' && oldObject == null"}""", null)]
    [InlineData("""{"expression":"namespaceObject.metadata.labels.team == 'b'","message":"team"}""", "422 Invalid team")]
    [InlineData("""{"expression":"authorizer.group('').resource('secrets').namespace('ns').check('get').allowed()","message":"rights"}""", "422 Invalid rights")]
    [InlineData("""{"expression":"object.metadata.name.startsWith('x')"}""", null)]
    public void A_validation_decides(string validation, string? expected) => Check(
        expected, [Policy("validating", $"""{OnConfigMaps},"validations":[{validation}]"""), Binding("validating", """ "validationActions":["Deny"] """)]);

    [Theory]
    [InlineData("has(request.subResource) || request.?namespace.orValue('') != 'ns'", "422 Invalid no")]
    [InlineData("request.subResource == ''", "422 Invalid expression 'request.subResource == ''' resulted in error: no such key: subResource")]
    [InlineData("request.verb == ''",
        "422 Invalid compilation error: compilation failed: ERROR: <input>:1:8: undefined field 'verb'\n | request.verb == ''\n | .......^")]
    [InlineData("request.userInfo.extra['k'] == ['v']", null)]
    [InlineData("namespaceObject.metadata.name == 'ns' && namespaceObject.status.phase == 'Active'", null)]
    [InlineData("namespaceObject.metadata.uid == 'x'",
        "422 Invalid compilation error: compilation failed: ERROR: <input>:1:25: undefined field 'uid'\n | namespaceObject.metadata.uid == 'x'\n | ........................^")]
    public void What_expressions_see_of_a_request_is_typed(string expression, string? expected) => Check(
        expected,
        [
            Policy("validating", $$"""{{OnConfigMaps}},"validations":[{"expression":"{{expression}}","message":"no"}]"""),
            Binding("validating", """ "validationActions":["Deny"] """),
        ]);

    [Theory]
    [InlineData("'a: ' + object.data.a", "Fail", null)]
    [InlineData("null", "Fail", null)]
    [InlineData("object.data.nope", "Fail", "422 Invalid expression 'object.data.nope' resulted in error: no such key: nope")]
    [InlineData("object.data.nope", "Ignore", null)]
    [InlineData("dyn(1)", "Fail", "422 Invalid valueExpression 'dyn(1)' resulted in unsupported return type: int. Return type must be either string or null.")]
    public void An_audit_annotation_that_cannot_be_made_refuses_whatever_the_actions_are(string expression, string failurePolicy, string? expected) => Check(
        expected,
        [
            Policy("validating", $$"""{{OnConfigMaps}},"failurePolicy":"{{failurePolicy}}","auditAnnotations":[{"key":"k","valueExpression":"{{expression}}"}]"""),
            Binding("validating", """ "validationActions":["Audit"] """),
        ]);

    [Fact]
    public void Parameters_of_an_unknown_kind_are_a_fault_of_the_policy()
    {
        (ObjectKey, string)[] Cluster(string kind) =>
        [
            Policy(kind, $$"""{{OnConfigMaps}},"paramKind":{"apiVersion":"example.com/v1","kind":"Gone"},"validations":[{"expression":"true"}],"mutations":[]"""),
            Binding(kind, """ "validationActions":["Warn"],"paramRef":{"name":"x","parameterNotFoundAction":"Deny"} """),
        ];
        const string Fault = "failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=Gone'";
        Assert.Equal($"configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: {Fault}",
            Assert.IsType<WriteDecision.Reject>(Decide(Cluster("validating"))).Status.Message);
        Assert.Equal($"policy 'p' denied request: {Fault}", Assert.IsType<WriteDecision.Reject>(Decide(Cluster("mutating"))).Status.Message);
    }

    [Fact]
    public void A_policy_that_costs_too_much_in_all_is_refused_as_a_whole()
    {
        // Each runs into the bound of one expression, and eleven of them into that of the policy.
        const string Ten = "[0,1,2,3,4,5,6,7,8,9]";
        const string Loop = $"{Ten}.all(a, {Ten}.all(b, {Ten}.all(c, {Ten}.all(d, {Ten}.all(e, a + b + c + d + e >= 0)))))";
        string Validations(int number) => string.Join(',', Enumerable.Repeat($$"""{"expression":"{{Loop}}"}""", number));
        Check($"422 Invalid expression '{Loop}' resulted in error: operation cancelled: actual cost limit exceeded",
            Policy("validating", $"{OnConfigMaps},\"validations\":[{Validations(1)}]"), Binding("validating", """ "validationActions":["Deny"] """));
        Check("422 Invalid validation failed due to running out of cost budget, no further validation rules will be run",
            Policy("validating", $"{OnConfigMaps},\"validations\":[{Validations(11)}]"), Binding("validating", """ "validationActions":["Deny"] """));
    }

    [Theory]
    [InlineData("object.data.a == '2'", null)]
    [InlineData("object.data.a == '1'", "422 Invalid no")]
    [InlineData("object.data.nope == '1'", "422 Invalid expression 'object.data.nope == '1'' resulted in error: no such key: nope")]
    public void Conditions_say_whether_a_policy_is_concerned(string condition, string? expected) => Check(
        expected,
        [
            Policy("validating", $$"""{{OnConfigMaps}},"matchConditions":[{"name":"c","expression":"{{condition}}"}],"validations":[{"expression":"false","message":"no"}]"""),
            Binding("validating", """ "validationActions":["Deny"] """),
        ]);

    [Fact]
    public void Variables_are_computed_from_those_before() => Check(
        "422 Invalid 1!!",
        [
            Policy("validating", $$"""
                {{OnConfigMaps}},"variables":[{"name":"a","expression":"object.data.a"},{"name":"loud","expression":"variables.a + '!'"}],
                "validations":[{"expression":"variables.loud == 'x'","messageExpression":"variables.loud + '!'"}]
                """),
            Binding("validating", """ "validationActions":["Deny"] """),
        ]);

    [Theory]
    [InlineData("""{"name":"limits","parameterNotFoundAction":"Deny"}""", "422 Invalid at most 0")]
    [InlineData("""{"name":"absent","parameterNotFoundAction":"Deny"}""",
        "422 Invalid failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")]
    [InlineData("""{"name":"absent","parameterNotFoundAction":"Allow"}""", null)]
    [InlineData("""{"selector":{"matchLabels":{"kind":"limits"}},"parameterNotFoundAction":"Deny"}""", "422 Invalid at most 0")]
    public void Parameters_come_from_the_binding(string reference, string? expected) => Check(
        expected,
        [
            Policy("validating", $$"""
                {{OnConfigMaps}},"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},
                "validations":[{"expression":"int(object.data.a) <= int(params.data.max)","messageExpression":"'at most ' + params.data.max"}]
                """),
            Binding("validating", $$""" "validationActions":["Deny"],"paramRef":{{reference}} """),
            (new ObjectKey("", "configmaps", "ns", "limits"), """{"metadata":{"name":"limits","labels":{"kind":"limits"}},"data":{"max":"0"}}"""),
        ]);

    [Fact]
    public void A_policy_that_only_warns_refuses_nothing()
    {
        var decision = Decide([
            Policy("validating", $$"""{{OnConfigMaps}},"validations":[{"expression":"false","message":"no"}]"""),
            Binding("validating", """ "validationActions":["Warn","Audit"] """),
        ]);
        Assert.IsType<WriteDecision.Put>(decision);
        Assert.Equal(["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"], decision.Warnings);
    }

    [Theory]
    [InlineData("""{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{metadata: Object.metadata{labels: {'x': object.data.a}}}"}}""", """{"x":"1"}""")]
    [InlineData("""{"patchType":"JSONPatch","jsonPatch":{"expression":"[JSONPatch{op: 'add', path: '/metadata/labels', value: {'y': '2'}}]"}}""", """{"y":"2"}""")]
    public void A_mutation_changes_the_object(string mutation, string labels)
    {
        var decision = Decide([Policy("mutating", $"""{OnConfigMaps},"reinvocationPolicy":"Never","mutations":[{mutation}]"""), Binding("mutating", "")]);
        var put = Assert.IsType<WriteDecision.Put>(decision);
        Assert.Equal(labels, JsonNode.Parse(Encoding.UTF8.GetString(put.Document.Span))!["metadata"]!["labels"]!.ToJsonString());
    }

    [Fact]
    public void A_mutation_that_fails_refuses_as_the_policy_says()
    {
        const string Broken = """ "mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{data: Object.data{a: object.data.nope}}"}}] """;
        var refusal = Assert.IsType<WriteDecision.Reject>(Decide([Policy("mutating", $"{OnConfigMaps},{Broken}"), Binding("mutating", "")])).Status;
        const string Message = "policy 'p' with binding 'b' denied request: expression 'Object{data: Object.data{a: object.data.nope}}' resulted in error: no such key: nope";
        Assert.Equal((403, "Invalid", Message), (refusal.Code, refusal.Reason, refusal.Message));
        Assert.Equal([Message], refusal.Causes.Select(cause => cause.Message));
        Assert.IsType<WriteDecision.Put>(Decide([Policy("mutating", $"{OnConfigMaps},\"failurePolicy\":\"Ignore\",{Broken}"), Binding("mutating", "")]));
    }

    private static (ObjectKey, string) Policy(string kind, string spec) => (
        new ObjectKey("admissionregistration.k8s.io", kind + "admissionpolicies", "", "p"), $$$"""{"metadata":{"name":"p"},"spec":{{{{spec}}}}}""");

    private static (ObjectKey, string) Binding(string kind, string more) => (
        new ObjectKey("admissionregistration.k8s.io", kind + "admissionpolicybindings", "", "b"),
        $$$"""{"metadata":{"name":"b"},"spec":{"policyName":"p"{{{(more.Trim().Length == 0 ? "" : ",")}}}{{{more}}}}}""");

    private static void Check(string? expected, params (ObjectKey, string)[] objects)
    {
        var decision = Decide(objects);
        var refusal = (decision as WriteDecision.Reject)?.Status;
        Assert.Equal(
            expected,
            refusal is null ? null : $"{refusal.Code} {refusal.Reason} {refusal.Message.Replace("configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ", "", StringComparison.Ordinal)}");
    }

    private static WriteDecision Decide((ObjectKey, string)[] objects)
    {
        var at = KindCase.At([(new ObjectKey("", "namespaces", "", "ns"), """{"metadata":{"name":"ns","labels":{"team":"a"}},"status":{"phase":"Active"}}"""), .. objects]);
        return new WriteDecider(KindRegistry.BuiltIn).Create(
            new ObjectKey("", "configmaps", "ns", "x"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1"}}"""u8.ToArray(),
            new WriteOptions { User = "alice", Groups = ["devs"], UserExtra = new Dictionary<string, IReadOnlyList<string>> { ["k"] = ["v"] } }, at);
    }
}
