using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Authentication;

/// <summary>Tokens of Secrets, of pods and of machines that join, over HTTPS.</summary>
public sealed class TokenKindsTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Token = "abcdef.0123456789abcdef";

    [Theory]
    [InlineData("", 403, null)]
    [InlineData("auth-extra-groups=system:bootstrappers:workers", 403, "system:bootstrappers:workers")]
    [InlineData("auth-extra-groups=system:masters", 401, null)]
    [InlineData("usage-bootstrap-authentication=false", 401, null)]
    [InlineData("token-secret=ffffffffffffffff", 401, null)]
    [InlineData("token-id=fedcba", 401, null)]
    [InlineData("expiration=2020-01-01T00:00:00Z", 401, null)]
    [InlineData("expiration=soon", 401, null)]
    [InlineData("expiration=2999-01-01T00:00:00Z", 403, null)]
    public async Task A_bootstrap_token_is_good_while_its_secret_says_so(string change, int code, string? group)
    {
        var data = new JsonObject { ["token-id"] = "abcdef", ["token-secret"] = "0123456789abcdef", ["usage-bootstrap-authentication"] = "true" };
        if (change.Split('=', 2) is [var name, var value])
        {
            data[name] = value;
        }

        var encoded = new JsonObject(data.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, Convert.ToBase64String(Encoding.UTF8.GetBytes((string)pair.Value!)))));
        gateway.Seed("secrets", "kube-system", "bootstrap-token-abcdef", new JsonObject { ["type"] = "bootstrap.kubernetes.io/token", ["data"] = encoded }.ToJsonString());

        using var client = gateway.Client(Token);
        var (answered, status) = await GatewayFixture.SendAsync(client, "GET", "/api/v1/nodes");

        Assert.Equal(code, answered);
        if (code == 403)
        {
            Assert.Contains("User \"system:bootstrap:abcdef\"", (string)status["message"]!, StringComparison.Ordinal);
        }

        if (group is not null)
        {
            var review = await ReviewAsync(Token);
            Assert.Equal(["system:authenticated", "system:bootstrappers", group], review["user"]!["groups"]!.AsArray().Select(one => (string)one!).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_secrets_token_is_good_while_the_secret_holds_it_and_the_account_is_the_same()
    {
        var uid = gateway.Cluster.Put(new ObjectKey("", "serviceaccounts", "old", "robot"), "{}").Uid;
        var token = SecretTokenSigner.Sign(gateway.Services.Options.ServiceAccountKey, "old", "robot", uid, "robot-token");
        Assert.Null((await ReviewAsync(token))["authenticated"]);

        Hold(token);
        Assert.Equal("system:serviceaccount:old:robot", (string)(await ReviewAsync(token))["user"]!["username"]!);
        Hold(token + "x");
        Assert.Null((await ReviewAsync(token))["authenticated"]);
        Hold(token);
        gateway.Cluster.Remove(new ObjectKey("", "serviceaccounts", "old", "robot"));
        gateway.Seed("serviceaccounts", "old", "robot", "{}");
        Assert.Null((await ReviewAsync(token))["authenticated"]);
    }

    [Fact]
    public async Task A_pods_token_names_its_node_and_dies_a_minute_after_the_pod_was_to()
    {
        var uid = gateway.Cluster.Put(new ObjectKey("", "serviceaccounts", "pods", "robot"), "{}").Uid;
        gateway.Seed("nodes", "", "node-1", """{"metadata":{"uid":"node-uid"}}""");
        gateway.Seed("pods", "pods", "p", """{"metadata":{"uid":"pod-uid"},"spec":{"nodeName":"node-1"}}""");
        var token = gateway.Services.Issuer.Issue("pods", "robot", uid, [], TimeSpan.FromHours(1), new BoundObject("pod", "p", "pod-uid")).Token;

        var extra = (await ReviewAsync(token))["user"]!["extra"]!;
        Assert.Equal(("node-1", "node-uid"), ((string?)extra["authentication.kubernetes.io/node-name"]![0], (string?)extra["authentication.kubernetes.io/node-uid"]![0]));
        gateway.Cluster.Remove(new ObjectKey("", "nodes", "", "node-1"));
        Assert.NotNull((await ReviewAsync(token))["authenticated"]);

        Doom(DateTimeOffset.UtcNow.AddSeconds(-30));
        Assert.NotNull((await ReviewAsync(token))["authenticated"]);
        Doom(DateTimeOffset.UtcNow.AddSeconds(-90));
        Assert.Null((await ReviewAsync(token))["authenticated"]);

        void Doom(DateTimeOffset when) => gateway.Seed("pods", "pods", "p", new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = "pod-uid", ["deletionTimestamp"] = Api.Documents.ObjectFields.Time(when) },
        }.ToJsonString());
    }

    [Theory]
    [InlineData("Bearer", 403)]
    [InlineData("Bearer  admin-token", 403)]
    [InlineData("bearer admin-token", 200)]
    [InlineData("Basic YTpi", 403)]
    [InlineData("Bearer a.b.c", 401)]
    [InlineData("Bearer e30.e30.e30", 401)]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMuY2x1c3Rlci5sb2NhbCJ9.", 401)]
    public async Task What_stands_in_the_header_is_read_as_upstream_reads_it(string header, int code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes");
        request.Headers.TryAddWithoutValidation("Authorization", header);

        using var answer = await gateway.Nobody.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(code, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_token_of_a_browser_that_cannot_be_read_is_a_bad_credential()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", "base64url.bearer.authorization.k8s.io.%%%");

        using var answer = await gateway.Nobody.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(401, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_static_token_is_good_for_the_API_alone()
    {
        Assert.NotNull((await ReviewAsync("alice-token"))["authenticated"]);
        Assert.Null((await ReviewAsync("alice-token", "vault"))["authenticated"]);
    }

    private void Hold(string token) => gateway.Seed("secrets", "old", "robot-token", new JsonObject
    {
        ["type"] = "kubernetes.io/service-account-token",
        ["data"] = new JsonObject { ["token"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token)) },
    }.ToJsonString());

    private async Task<JsonNode> ReviewAsync(string token, params string[] audiences)
    {
        var body = new JsonObject { ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray([.. audiences.Select(one => JsonValue.Create(one))]) } };
        var (code, review) = await GatewayFixture.SendAsync(gateway.Admin, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", body.ToJsonString());
        Assert.Equal(201, code);
        return review["status"]!;
    }
}
