using System.Text.Json.Nodes;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Reviews;

public sealed class ReviewTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Access = "/apis/authorization.k8s.io/v1/";
    private const string Who = "/apis/authentication.k8s.io/v1/";

    [Theory]
    [InlineData("selfsubjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""", true)]
    [InlineData("selfsubjectaccessreviews", """{"spec":{"nonResourceAttributes":{"verb":"get","path":"/metrics"}}}""", true)]
    [InlineData("subjectaccessreviews", """{"spec":{"user":"nobody","resourceAttributes":{"verb":"get","resource":"pods"}}}""", false)]
    [InlineData("subjectaccessreviews", """{"spec":{"groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"pods"}}}""", true)]
    public async Task An_access_review_is_answered_and_not_stored(string resource, string body, bool allowed)
    {
        var (code, answer) = await GatewayFixture.SendAsync(gateway.Admin, "POST", Access + resource, body);

        Assert.Equal(201, code);
        Assert.Equal(allowed, (bool)answer["status"]!["allowed"]!);
        Assert.NotNull(answer["metadata"]!["managedFields"]);
        Assert.Empty(gateway.Grains.Calls);
    }

    [Theory]
    [InlineData("subjectaccessreviews", """{"spec":{"resourceAttributes":{}}}""", "spec.user")]
    [InlineData("subjectaccessreviews", """{"spec":{"user":"a"}}""", "spec.resourceAttributes")]
    [InlineData("subjectaccessreviews", """{"spec":{"user":"a","resourceAttributes":{},"nonResourceAttributes":{}}}""", "spec.nonResourceAttributes")]
    [InlineData("selfsubjectaccessreviews", """{"metadata":{"name":"x"},"spec":{"resourceAttributes":{}}}""", "metadata")]
    public async Task A_question_without_sense_is_refused_with_its_field(string resource, string body, string field)
    {
        var (code, answer) = await GatewayFixture.SendAsync(gateway.Admin, "POST", Access + resource, body);

        Assert.Equal(422, code);
        Assert.Equal(field, (string)answer["details"]!["causes"]![0]!["field"]!);
    }

    [Fact]
    public async Task A_local_review_asks_about_its_own_namespace_alone()
    {
        const string Path = "/apis/authorization.k8s.io/v1/namespaces/a/localsubjectaccessreviews";

        var (code, answer) = await GatewayFixture.SendAsync(
            gateway.Admin, "POST", Path, """{"spec":{"user":"u","resourceAttributes":{"namespace":"b","resource":"pods","verb":"get"}}}""");
        Assert.Equal(422, code);
        Assert.Equal("spec.resourceAttributes.namespace", (string)answer["details"]!["causes"]![0]!["field"]!);

        (code, _) = await GatewayFixture.SendAsync(
            gateway.Admin, "POST", Path, """{"spec":{"user":"u","resourceAttributes":{"namespace":"a","resource":"pods","verb":"get"}}}""");
        Assert.Equal(201, code);
    }

    [Fact]
    public async Task Users_learn_who_they_are_and_what_they_may()
    {
        gateway.Seed("clusterroles", "", "asks", """
            {"rules":[{"apiGroups":["authentication.k8s.io","authorization.k8s.io"],"resources":["*"],"verbs":["create"]},{"nonResourceURLs":["/x"],"verbs":["get"]}]}
            """, "rbac.authorization.k8s.io");
        gateway.Seed("clusterrolebindings", "", "asks", """
            {"roleRef":{"kind":"ClusterRole","name":"asks"},"subjects":[{"kind":"Group","name":"devs"}]}
            """, "rbac.authorization.k8s.io");

        var (code, self) = await GatewayFixture.SendAsync(gateway.Alice, "POST", Who + "selfsubjectreviews", "{}");
        Assert.Equal(201, code);
        Assert.Equal("alice", (string)self["status"]!["userInfo"]!["username"]!);
        Assert.Equal("""["devs","system:authenticated"]""", self["status"]!["userInfo"]!["groups"]!.ToJsonString());

        (_, var rules) = await GatewayFixture.SendAsync(gateway.Alice, "POST", Access + "selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");
        Assert.Equal("create", (string)rules["status"]!["resourceRules"]![0]!["verbs"]![0]!);
        Assert.Equal("/x", (string)rules["status"]!["nonResourceRules"]![0]!["nonResourceURLs"]![0]!);
    }

    /// <summary>That system:masters may do everything is decided before rules are read: only what is bound to it is told, as upstream has it.</summary>
    [Fact]
    public async Task An_administrator_is_told_every_rule_that_is_bound_to_him()
    {
        gateway.Seed("clusterroles", "", "masters", """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""", "rbac.authorization.k8s.io");
        gateway.Seed("clusterrolebindings", "", "masters", """
            {"roleRef":{"kind":"ClusterRole","name":"masters"},"subjects":[{"kind":"Group","name":"system:masters"},{"kind":"Group","name":"system:authenticated"}]}
            """, "rbac.authorization.k8s.io");

        var (_, rules) = await GatewayFixture.SendAsync(gateway.Admin, "POST", Access + "selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");

        Assert.Equal(
            ["""{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"""],
            rules["status"]!["resourceRules"]!.AsArray().Select(rule => rule!.ToJsonString()));
        Assert.Empty(rules["status"]!["nonResourceRules"]!.AsArray());
    }

    [Fact]
    public async Task A_requested_token_is_good_for_its_audience_until_its_pod_goes()
    {
        gateway.Seed("serviceaccounts", "t", "robot", "{}");
        gateway.Seed("pods", "t", "p", """{"spec":{"serviceAccountName":"robot"}}""");
        var (code, answer) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/api/v1/namespaces/t/serviceaccounts/robot/token",
            """{"spec":{"audiences":["vault"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"p"}}}""");
        Assert.Equal(201, code);
        Assert.Equal(3600, (long)answer["spec"]!["expirationSeconds"]!);
        var token = (string)answer["status"]!["token"]!;

        Assert.Null((await ReviewAsync(token, "other"))["authenticated"]);
        var status = await ReviewAsync(token, "vault");
        Assert.True((bool)status["authenticated"]!);
        Assert.Equal("system:serviceaccount:t:robot", (string)status["user"]!["username"]!);

        gateway.Cluster.Remove(new Api.Identity.ObjectKey("", "pods", "t", "p"));
        Assert.Null((await ReviewAsync(token, "vault"))["authenticated"]);
    }

    [Theory]
    [InlineData("robot", """{"spec":{"expirationSeconds":10}}""", 422)]
    [InlineData("robot", """{"spec":{"expirationSeconds":4294967297}}""", 422)]
    [InlineData("robot", """{"metadata":{"name":"other"}}""", 422)]
    [InlineData("robot", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"gone"}}}""", 404)]
    [InlineData("robot", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Service","name":"x"}}}""", 400)]
    [InlineData("robot", """{"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Secret","name":"s","uid":"1"}}}""", 409)]
    [InlineData("nobody", "{}", 404)]
    public async Task A_token_is_not_given_for_what_does_not_fit(string account, string body, int expected)
    {
        gateway.Seed("serviceaccounts", "t", "robot", "{}");
        gateway.Seed("secrets", "t", "s", "{}");

        var (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "POST", $"/api/v1/namespaces/t/serviceaccounts/{account}/token", body);

        Assert.Equal(expected, code);
    }

    private async Task<JsonNode> ReviewAsync(string token, string audience)
    {
        var body = new JsonObject { ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) } };
        var (code, review) = await GatewayFixture.SendAsync(gateway.Admin, "POST", Who + "tokenreviews", body.ToJsonString());
        Assert.Equal(201, code);
        return review["status"]!;
    }
}
