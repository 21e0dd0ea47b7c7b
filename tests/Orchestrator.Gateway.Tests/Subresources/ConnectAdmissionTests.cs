using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Subresources;

/// <summary>Webhooks and policies that are asked about streams.</summary>
public sealed class ConnectAdmissionTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Group = "admissionregistration.k8s.io";

    [Fact]
    public async Task A_webhook_may_refuse_a_stream_and_sees_what_it_is_to_be_like()
    {
        gateway.Webhooks.Responses["https://guard/"] = """ "allowed":false,"status":{"code":403,"message":"no shells"} """;
        gateway.Seed("validatingwebhookconfigurations", "", "guard", """
            {"metadata":{"name":"guard"},"webhooks":[{"name":"guard.example.com","clientConfig":{"url":"https://guard/"},"sideEffects":"None","admissionReviewVersions":["v1"],
             "rules":[{"operations":["CONNECT"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods/exec","pods/portforward","services/proxy"]}]}]}
            """, Group);

        var (code, body) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/api/v1/namespaces/guarded/pods/web/exec?command=sh&command=-c&stdin=true&tty=1&container=app");
        Assert.Equal((403, "admission webhook \"guard.example.com\" denied the request: no shells"), (code, (string?)body["message"]));
        var asked = gateway.Webhooks.Requests.Last(request => (string?)request["namespace"] == "guarded");
        Assert.Equal("CONNECT pods exec web admin PodExecOptions",
            $"{asked["operation"]} {asked["resource"]!["resource"]} {asked["subResource"]} {asked["name"]} {asked["userInfo"]!["username"]} {asked["kind"]!["kind"]}");
        Assert.Equal("""{"kind":"PodExecOptions","apiVersion":"v1","stdin":true,"tty":true,"container":"app","command":["sh","-c"]}""", asked["object"]!.ToJsonString());
        Assert.Null(asked["oldObject"]);
        Assert.Null(asked["options"]);

        (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/api/v1/namespaces/guarded/pods/web/portforward?ports=80");
        Assert.Equal(403, code);
        Assert.Equal("""{"kind":"PodPortForwardOptions","apiVersion":"v1","ports":[80]}""", gateway.Webhooks.Requests.Last()["object"]!.ToJsonString());

        (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/guarded/services/web/proxy/a/b?c=d");
        Assert.Equal(403, code);
        Assert.Equal("""{"kind":"ServiceProxyOptions","apiVersion":"v1","path":"/a/b"}""", gateway.Webhooks.Requests.Last()["object"]!.ToJsonString());

        // What no rule names is not asked about; there is no such pod.
        (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/api/v1/namespaces/guarded/pods/web/attach?stdout=1");
        Assert.Equal(404, code);
    }

    [Fact]
    public async Task A_policy_may_refuse_a_stream()
    {
        gateway.Seed("validatingadmissionpolicies", "", "quiet", """
            {"metadata":{"name":"quiet"},"spec":{"matchConstraints":{"resourceRules":[{"operations":["CONNECT"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods/attach"]}]},
             "validations":[{"expression":"!has(object.tty) && request.name != 'silent'","messageExpression":"request.operation + ' of ' + request.subResource"}]}}
            """, Group);
        gateway.Seed("validatingadmissionpolicybindings", "", "quiet", """{"metadata":{"name":"quiet"},"spec":{"policyName":"quiet","validationActions":["Deny"]}}""", Group);

        var (code, body) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/api/v1/namespaces/ns/pods/silent/attach?stdout=1");
        Assert.Equal(
            (422, "pods \"silent\" is forbidden: ValidatingAdmissionPolicy 'quiet' with binding 'quiet' denied request: CONNECT of attach"),
            (code, (string?)body["message"]));
        (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/api/v1/namespaces/ns/pods/loud/attach?stdout=1");
        Assert.Equal(404, code);
    }
}
