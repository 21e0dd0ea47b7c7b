using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Verbs;

public sealed class ReadTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task An_object_is_read_and_a_missing_one_is_not_found()
    {
        gateway.Seed("configmaps", "read", "one", """{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"1"}}""");
        var (code, body) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/read/configmaps/one");
        Assert.Equal(200, code);
        Assert.Equal("1", body["data"]!["a"]!.GetValue<string>());
        var (missing, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/read/configmaps/two");
        Assert.Equal(404, missing);
        Assert.Equal("configmaps \"two\" not found", status["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Pages_show_one_revision_whatever_happens_between_them()
    {
        for (var i = 0; i < 5; i++)
        {
            gateway.Seed("configmaps", "pages", $"page-{i}", """{"kind":"ConfigMap","apiVersion":"v1"}""");
        }

        var (_, first) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/pages/configmaps?limit=2");
        Assert.Equal(3, first["metadata"]!["remainingItemCount"]!.GetValue<int>());
        gateway.Cluster.Remove(new ObjectKey("", "configmaps", "pages", "page-3"));
        var token = Uri.EscapeDataString(first["metadata"]!["continue"]!.GetValue<string>());
        var (_, second) = await GatewayFixture.SendAsync(gateway.Admin, "GET", $"/api/v1/namespaces/pages/configmaps?limit=9&continue={token}");
        Assert.Equal(["page-2", "page-3", "page-4"], Names(second));
        Assert.Equal(first["metadata"]!["resourceVersion"]!.GetValue<string>(), second["metadata"]!["resourceVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_page_that_is_no_longer_kept_is_gone_and_names_a_token_that_goes_on()
    {
        gateway.Seed("configmaps", "expired", "a", """{"kind":"ConfigMap","apiVersion":"v1"}""");
        gateway.Seed("configmaps", "expired", "b", """{"kind":"ConfigMap","apiVersion":"v1"}""");
        var token = new Gateway.Reads.ContinueToken(1, "expired/a").Encode();
        gateway.Cluster.Oldest = gateway.Cluster.Revision;
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", $"/api/v1/namespaces/expired/configmaps?limit=1&continue={token}");
        gateway.Cluster.Oldest = default;
        Assert.Equal(410, code);
        var (_, rest) = await GatewayFixture.SendAsync(
            gateway.Admin, "GET", $"/api/v1/namespaces/expired/configmaps?continue={status["metadata"]!["continue"]!.GetValue<string>()}");
        Assert.Equal(["b"], Names(rest));
    }

    [Fact]
    public async Task A_page_that_another_silo_began_goes_on_at_its_revision()
    {
        gateway.Seed("configmaps", "other", "a", """{"kind":"ConfigMap","apiVersion":"v1"}""");
        gateway.Seed("configmaps", "other", "b", """{"kind":"ConfigMap","apiVersion":"v1"}""");
        var token = new Gateway.Reads.ContinueToken(gateway.Cluster.Revision.Value, "other/a").Encode();
        gateway.Seed("configmaps", "other", "c", """{"kind":"ConfigMap","apiVersion":"v1"}""");
        var (_, rest) = await GatewayFixture.SendAsync(gateway.Admin, "GET", $"/api/v1/namespaces/other/configmaps?limit=9&continue={token}");
        Assert.Equal(["b"], Names(rest));
    }

    [Fact]
    public async Task Pages_leave_nothing_out_where_one_namespace_is_the_beginning_of_another()
    {
        // In the order of keys "team-2/x" stands before "team/x", since '-' comes before '/'.
        const string secret = """{"kind":"Secret","apiVersion":"v1"}""";
        (string Namespace, string Name)[] places = [("team", "a"), ("team", "b"), ("team-2", "a"), ("team-2", "b"), ("teams", "a")];
        foreach (var (ns, name) in places)
        {
            gateway.Seed("secrets", ns, name, secret);
        }

        var seen = new List<string>();
        var token = (string?)"";
        while (token is not null)
        {
            var (_, page) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/secrets?limit=1&continue=" + Uri.EscapeDataString(token));
            seen.AddRange(page["items"]!.AsArray().Select(item => $"{item!["metadata"]!["namespace"]}/{item["metadata"]!["name"]}"));
            token = (string?)page["metadata"]!["continue"];
        }

        Assert.Equal(["team-2/a", "team-2/b", "team/a", "team/b", "teams/a"], seen);
    }

    [Fact]
    public async Task The_past_is_read_at_its_revision_until_it_is_compacted()
    {
        gateway.Seed("configmaps", "past", "one", """{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"1"}}""");
        var created = gateway.Cluster.Revision.Value;
        gateway.Seed("configmaps", "past", "one", """{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"2"}}""");
        gateway.Cluster.Remove(new ObjectKey("", "configmaps", "past", "one"));
        var removed = gateway.Cluster.Revision.Value;
        const string path = "/api/v1/namespaces/past/configmaps";

        Assert.Equal("1", (string?)(await AtAsync(path + "/one", created)).Body["data"]!["a"]);
        Assert.Equal("2", (string?)(await AtAsync(path + "/one", created + 1)).Body["data"]!["a"]);
        Assert.Equal(404, (await AtAsync(path + "/one", removed)).Code);
        var list = (await AtAsync(path, created)).Body;
        Assert.Equal(created.ToString(System.Globalization.CultureInfo.InvariantCulture), (string?)list["metadata"]!["resourceVersion"]);
        Assert.Equal("1", (string?)list["items"]![0]!["data"]!["a"]);

        gateway.Cluster.Oldest = new Revision(removed);
        Assert.Equal(410, (await AtAsync(path + "/one", created)).Code);
        Assert.Equal(410, (await AtAsync(path, created)).Code);
        gateway.Cluster.Oldest = default;
    }

    [Theory]
    [InlineData("labelSelector=parity%3Dodd", "odd")]
    [InlineData("fieldSelector=metadata.name%3Deven", "even")]
    [InlineData("labelSelector=parity+in+(odd,even)", "even,odd")]
    public async Task Selectors_choose(string query, string expected)
    {
        gateway.Seed("configmaps", "select", "odd", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"labels":{"parity":"odd"}}}""");
        gateway.Seed("configmaps", "select", "even", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"labels":{"parity":"even"}}}""");
        var (_, list) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/select/configmaps?" + query);
        Assert.Equal(expected, string.Join(',', Names(list)));
    }

    [Theory]
    [InlineData("resourceVersion=abc", 400, "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("fieldSelector=spec.nope%3D1", 400, "\"spec.nope\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("continue=garbage", 400, "invalid continue token: continue key is not valid: invalid character '\\u0081' looking for beginning of value")]
    public async Task Bad_parameters_are_refused_in_upstreams_words(string query, int code, string message)
    {
        var (answered, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/bad/configmaps?" + query);
        Assert.Equal(code, answered);
        Assert.Equal(message, status["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_revision_of_the_future_times_out()
    {
        var (code, status) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/future/configmaps?resourceVersion=999999999999");
        Assert.Equal(504, code);
        Assert.Equal("ResourceVersionTooLarge", status["details"]!["causes"]![0]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Partial_lists_carry_only_metadata()
    {
        gateway.Seed("configmaps", "partial", "one", """{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"1"}}""");
        var (_, list) = await GatewayFixture.SendAsync(
            gateway.Admin, "GET", "/api/v1/namespaces/partial/configmaps", accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json");
        Assert.Equal("PartialObjectMetadataList", list["kind"]!.GetValue<string>());
        Assert.Equal("one", list["items"]![0]!["metadata"]!["name"]!.GetValue<string>());
        Assert.Null(list["items"]![0]!["data"]);
    }

    [Fact]
    public async Task Yaml_is_written_as_kubectl_expects_it()
    {
        gateway.Seed("configmaps", "yaml", "one", """{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"1","b":"x\ny\n","c":"plain"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/yaml/configmaps/one");
        request.Headers.Accept.ParseAdd("application/yaml");
        using var response = await gateway.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("apiVersion: v1\ndata:\n  a: \"1\"\n  b: |\n    x\n    y\n  c: plain\nkind: ConfigMap\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_forms_are_not_acceptable()
    {
        var (code, _) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/api/v1/namespaces/any/configmaps", accept: "text/html");
        Assert.Equal(406, code);
    }

    private async Task<(int Code, JsonNode Body)> AtAsync(string path, long revision) => await GatewayFixture.SendAsync(
        gateway.Admin, "GET", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}?resourceVersion={revision}&resourceVersionMatch=Exact"));

    private static string[] Names(JsonNode list) => [.. list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>())];
}
