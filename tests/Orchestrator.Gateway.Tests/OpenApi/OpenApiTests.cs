using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.OpenApi;

public sealed class OpenApiTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_index_leads_to_a_document_that_refers_to_nothing_outside_itself()
    {
        var index = JsonNode.Parse(await gateway.Admin.GetStringAsync("/openapi/v3", Token))!;
        var address = (string)index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;

        var document = JsonNode.Parse(await gateway.Admin.GetStringAsync(address, Token))!;

        var schemas = document["components"]!["schemas"]!.AsObject();
        Assert.All(References(document), reference => Assert.True(schemas.ContainsKey(reference["#/components/schemas/".Length..]), reference));
        var patch = document["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!;
        Assert.Equal("Deployment", (string)patch["x-kubernetes-group-version-kind"]!["kind"]!);
        Assert.Contains(patch["parameters"]!.AsArray(), parameter => (string)parameter!["name"]! == "fieldValidation");
        var strategy = schemas["io.k8s.api.apps.v1.DeploymentSpec"]!["properties"]!["strategy"]!;
        Assert.Equal("#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy", (string)strategy["allOf"]![0]!["$ref"]!);
    }

    [Fact]
    public async Task Version_2_refers_to_nothing_outside_itself()
    {
        var document = JsonNode.Parse(await gateway.Admin.GetStringAsync("/openapi/v2", Token))!;

        var definitions = document["definitions"]!.AsObject();
        Assert.All(References(document), reference => Assert.True(definitions.ContainsKey(reference["#/definitions/".Length..]), reference));
    }

    [Theory]
    [InlineData("io.k8s.api.core.v1.PodSpec", "restartPolicy", "", """["Always","Never","OnFailure"]""", null)]
    [InlineData("io.k8s.api.core.v1.ServiceSpec", "ipFamilies", "items", """["","IPv4","IPv6"]""", "\"\"")]
    [InlineData("io.k8s.api.core.v1.PersistentVolumeClaimStatus", "allocatedResourceStatuses", "additionalProperties",
        """["ControllerResizeFailed","ControllerResizeInProgress","NodeResizeFailed","NodeResizeInProgress","NodeResizePending"]""", "\"\"")]
    [InlineData("io.k8s.api.core.v1.ContainerPort", "protocol", "", """["SCTP","TCP","UDP"]""", "\"TCP\"")]
    [InlineData("io.k8s.api.core.v1.ContainerPort", "containerPort", "", null, "0")]
    [InlineData("io.k8s.api.core.v1.ContainerPort", "hostPort", "", null, null)]
    [InlineData("io.k8s.api.core.v1.Container", "restartPolicy", "", null, null)]
    public async Task Documents_list_the_words_of_a_field_and_those_of_version_3_its_default(string definition, string field, string part, string? words, string? value)
    {
        var second = JsonNode.Parse(await gateway.Admin.GetStringAsync("/openapi/v2", Token))!["definitions"]![definition]!["properties"]![field]!;
        var third = JsonNode.Parse(await gateway.Admin.GetStringAsync("/openapi/v3/api/v1", Token))!["components"]!["schemas"]![definition]!["properties"]![field]!;

        foreach (var (property, expectedDefault) in new[] { (second, null), (third, value) })
        {
            var schema = part.Length == 0 ? property : property[part]!;
            Assert.Equal(words, schema["enum"]?.ToJsonString());
            Assert.Equal(expectedDefault, schema["default"]?.ToJsonString());
            Assert.Equal(words is not null && part.Length == 0, ((string?)property["description"])?.Contains("\n\nPossible enum values:\n - `\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_document_that_the_client_has_is_not_sent_again()
    {
        using var first = await gateway.Admin.GetAsync("/openapi/v2", Token);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/openapi/v2");
        again.Headers.TryAddWithoutValidation("If-None-Match", first.Headers.ETag!.ToString());

        using var second = await gateway.Admin.SendAsync(again, Token);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task An_address_with_an_old_digest_leads_to_the_new_one()
    {
        using var client = gateway.Client("admin-token", followsRedirects: false);

        using var answer = await client.GetAsync("/openapi/v3/api/v1?hash=OLD", Token);

        Assert.Equal(HttpStatusCode.MovedPermanently, answer.StatusCode);
        Assert.Contains("/openapi/v3/api/v1?hash=", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", 200)]
    [InlineData("/openapi/v2", "text/html", 406)]
    [InlineData("/openapi/v3/api/v1", "application/com.github.proto-openapi.spec.v3@v1.0+protobuf", 406)]
    [InlineData("/openapi/v3/api/v1", "application/json", 200)]
    [InlineData("/openapi/v3/apis/no.such/v1", "application/json", 404)]
    public async Task The_form_is_the_one_asked_for(string path, string accept, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var answer = await gateway.Admin.SendAsync(request, Token);

        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Others_can_learn_the_key_that_signs_tokens()
    {
        var configuration = JsonNode.Parse(await gateway.Admin.GetStringAsync("/.well-known/openid-configuration", Token))!;
        Assert.Equal("https://kubernetes.default.svc.cluster.local", (string)configuration["issuer"]!);

        var keys = JsonNode.Parse(await gateway.Admin.GetStringAsync("/openid/v1/jwks", Token))!;
        Assert.Equal("EC", (string)keys["keys"]![0]!["kty"]!);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member is { Key: "$ref", Value: JsonValue reference } && reference.TryGetValue(out string? text)
            ? [text]
            : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
