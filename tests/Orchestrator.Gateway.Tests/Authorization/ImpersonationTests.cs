using System.Text.Json.Nodes;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Authorization;

/// <summary>alice has been given rights by rules; each case sends headers and is told who she is, or why not.</summary>
public sealed class ImpersonationTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Asks = """{"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"],"verbs":["create"]}""";

    [Theory]
    [InlineData("""{"apiGroups":[""],"resources":["users"],"verbs":["impersonate"]}""", "Impersonate-User=bob", "bob system:authenticated")]
    [InlineData("""{"apiGroups":[""],"resources":["users","groups"],"verbs":["impersonate"]}""", "Impersonate-User=bob;Impersonate-Group=a", "bob a,system:authenticated")]
    [InlineData("""{"apiGroups":[""],"resources":["users","groups"],"verbs":["impersonate"]}""", "Impersonate-User=bob;Impersonate-Group=system:unauthenticated", "bob system:unauthenticated")]
    [InlineData("""{"apiGroups":[""],"resources":["users"],"verbs":["impersonate"]}""", "Impersonate-User=system:anonymous", "system:anonymous system:unauthenticated")]
    [InlineData("""{"apiGroups":[""],"resources":["serviceaccounts"],"verbs":["impersonate"]}""", "Impersonate-User=system:serviceaccount:ns:sa",
        "system:serviceaccount:ns:sa system:serviceaccounts,system:serviceaccounts:ns,system:authenticated")]
    [InlineData("""{"apiGroups":["authentication.k8s.io"],"resources":["users"],"verbs":["impersonate:user-info"]},{"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"],"verbs":["impersonate-on:user-info:create"]}""",
        "Impersonate-User=bob", "bob system:authenticated")]
    [InlineData("""{"apiGroups":["authentication.k8s.io"],"resources":["nodes"],"resourceNames":["n1"],"verbs":["impersonate:arbitrary-node"]},{"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"],"verbs":["impersonate-on:arbitrary-node:create"]}""",
        "Impersonate-User=system:node:n1", "system:node:n1 system:nodes,system:authenticated")]
    public async Task Who_may_acts_as_another(string rules, string headers, string expected)
    {
        Allow(rules);

        var (code, answer) = await AskAsync(headers);

        Assert.True(code == 201, answer.ToJsonString());
        var user = answer["status"]!["userInfo"]!;
        Assert.Equal(expected, $"{user["username"]} {string.Join(',', user["groups"]!.AsArray())}");
    }

    [Theory]
    [InlineData("Impersonate-User=bob",
        "selfsubjectreviews.authentication.k8s.io is forbidden: User \"alice\" cannot impersonate-on:user-info:create resource \"selfsubjectreviews\" in API group \"authentication.k8s.io\" at the cluster scope")]
    [InlineData("Impersonate-User=system:serviceaccount:ns:sa;Impersonate-Group=a",
        "serviceaccounts \"sa\" is forbidden: User \"alice\" cannot impersonate resource \"serviceaccounts\" in API group \"\" in the namespace \"ns\"")]
    public async Task Who_may_not_is_told_the_first_right_that_is_missing(string headers, string message)
    {
        Allow("");

        var (code, answer) = await AskAsync(headers);

        Assert.Equal((403, message), (code, (string)answer["message"]!));
    }

    [Fact]
    public async Task The_masters_are_nobodys_to_take_on_by_a_constrained_right()
    {
        Allow("""{"apiGroups":["authentication.k8s.io"],"resources":["*"],"verbs":["impersonate:user-info","impersonate-on:user-info:create"]}""");

        var (code, answer) = await AskAsync("Impersonate-User=bob;Impersonate-Group=system:masters");

        Assert.Equal(403, code);
        Assert.EndsWith(": impersonating the system:masters group is not allowed", (string)answer["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Impersonate-Group=a", "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"a\"}, Extra:map[string][]string(nil)} without impersonating a user name")]
    [InlineData("Impersonate-Uid=u", "requested &user.DefaultInfo{Name:\"\", UID:\"u\", Groups:[]string(nil), Extra:map[string][]string(nil)} without impersonating a user name")]
    [InlineData("Impersonate-Extra-Acme%2eCom%2fproject=p", "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string(nil), Extra:map[string][]string{\"acme.com/project\":[]string{\"p\"}}} without impersonating a user name")]
    public async Task Without_a_name_there_is_nobody_to_act_as(string headers, string message)
    {
        var (code, answer) = await AskAsync(headers);

        Assert.Equal((400, message), (code, (string)answer["message"]!));
    }

    private void Allow(string rules)
    {
        gateway.Seed("clusterroles", "", "acts", $$"""{"rules":[{{Asks}}{{(rules.Length > 0 ? "," + rules : "")}}]}""", Group);
        gateway.Seed("clusterrolebindings", "", "acts",
            """{"roleRef":{"kind":"ClusterRole","name":"acts"},"subjects":[{"kind":"User","name":"alice"},{"kind":"User","name":"bob"},{"kind":"User","name":"system:anonymous"},{"kind":"User","name":"system:node:n1"},{"kind":"ServiceAccount","namespace":"ns","name":"sa"}]}""", Group);
    }

    private async Task<(int Code, JsonNode Answer)> AskAsync(string headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews") { Content = new StringContent("{}", null, "application/json") };
        foreach (var header in headers.Split(';'))
        {
            var pair = header.Split('=', 2);
            request.Headers.TryAddWithoutValidation(pair[0], pair[1]);
        }

        using var response = await gateway.Alice.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }
}
