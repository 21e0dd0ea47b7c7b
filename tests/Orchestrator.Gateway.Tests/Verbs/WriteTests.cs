using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Verbs;

public sealed class WriteTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string ConfigMaps = "/api/v1/namespaces/write/configmaps";

    [Fact]
    public async Task A_create_is_answered_201_and_a_second_one_409()
    {
        const string Body = """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"twice"}}""";
        Assert.Equal(201, (await GatewayFixture.SendAsync(gateway.Admin, "POST", ConfigMaps, Body)).Code);
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "POST", ConfigMaps, Body);
        Assert.Equal(409, code);
        Assert.Equal("AlreadyExists", status["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_generated_name_is_drawn_again_when_it_is_taken()
    {
        gateway.Grains.Collisions = 7;
        var (code, created) = await GatewayFixture.SendAsync(gateway.Admin, "POST", ConfigMaps, """{"metadata":{"generateName":"gen-"}}""");
        Assert.Equal(201, code);
        Assert.Matches("^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$", created["metadata"]!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("POST", "", """{"metadata":{"name":"x","namespace":"other"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("PUT", "/a", """{"metadata":{"name":"b"}}""", "the name of the object (b) does not match the name on the URL (a)")]
    public async Task Names_in_body_and_url_must_agree(string method, string path, string body, string message)
    {
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, method, ConfigMaps + path, body);
        Assert.Equal(400, code);
        Assert.Equal(message, status["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("dryRun=Some", "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [InlineData("fieldValidation=Maybe", "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Maybe\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")]
    public async Task Bad_write_parameters_are_named(string query, string message)
    {
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "POST", ConfigMaps + "?" + query, """{"metadata":{"name":"x"}}""");
        Assert.Equal(422, code);
        Assert.Equal(message, status["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("POST", "", "application/vnd.kubernetes.protobuf", 400)]
    [InlineData("PATCH", "/a", "application/x-patch", 415)]
    [InlineData("PATCH", "/a", "application/apply-patch+yaml", 422)]
    [InlineData("POST", "/a", "application/json", 405)]
    public async Task What_cannot_be_read_is_refused(string method, string path, string type, int expected)
    {
        var (code, _) = await GatewayFixture.SendAsync(gateway.Admin, method, ConfigMaps + path, "{}", type);
        Assert.Equal(expected, code);
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_too_large()
    {
        var body = "{\"data\":{\"a\":\"" + new string('x', 3 * 1024 * 1024) + "\"}}";
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "POST", ConfigMaps, body);
        Assert.Equal(413, code);
        Assert.Equal("Request entity too large: limit is 3145728", status["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_delete_says_what_is_gone()
    {
        gateway.Seed("configmaps", "write", "gone", """{"metadata":{"uid":"u-1"}}""");
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "DELETE", ConfigMaps + "/gone");
        Assert.Equal(200, code);
        Assert.Equal("Success", status["status"]!.GetValue<string>());
        Assert.Equal("u-1", status["details"]!["uid"]!.GetValue<string>());
    }

    [Fact]
    public async Task Delete_options_are_read_from_the_body()
    {
        gateway.Seed("pods", "write", "pod", """{"kind":"Pod"}""");
        var (code, pod) = await GatewayFixture.SendAsync(
            gateway.Admin, "DELETE", "/api/v1/namespaces/write/pods/pod", """{"gracePeriodSeconds":5,"propagationPolicy":"Orphan","preconditions":{"uid":"u"}}""");
        Assert.Equal(200, code);
        Assert.Equal("Pod", pod["kind"]!.GetValue<string>());
        var delete = gateway.Grains.Deletes.Last();
        Assert.Equal((5, "Orphan", "u"), (delete.GracePeriodSeconds, delete.PropagationPolicy, delete.Uid));
    }

    [Fact]
    public async Task A_collection_is_deleted_by_selector()
    {
        foreach (var (name, keep) in new[] { ("a", "no"), ("b", "yes"), ("c", "no") })
        {
            gateway.Seed("configmaps", "sweep", name, "{\"metadata\":{\"labels\":{\"keep\":\"" + keep + "\"}}}");
        }

        var (_, deleted) = await GatewayFixture.SendAsync(gateway.Admin, "DELETE", "/api/v1/namespaces/sweep/configmaps?labelSelector=keep%3Dno");
        Assert.Equal(2, deleted["items"]!.AsArray().Count);
        var (_, left) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/sweep/configmaps");
        Assert.Equal("b", Assert.Single(left["items"]!.AsArray())!["metadata"]!["name"]!.GetValue<string>());
    }
}
