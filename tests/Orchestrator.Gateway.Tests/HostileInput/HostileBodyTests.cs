using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.HostileInput;

/// <summary>Bodies that mean harm or nothing: each gets a Status that says what is wrong.</summary>
public sealed class HostileBodyTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";

    public static TheoryData<string, string, byte[], int, string> Bodies => new()
    {
        { "empty", Json, [], 400, "BadRequest" },
        { "null", Json, "null"u8.ToArray(), 400, "BadRequest" },
        { "a list", Json, "[]"u8.ToArray(), 400, "BadRequest" },
        { "cut off", Json, """{"spec":{"""u8.ToArray(), 400, "BadRequest" },
        { "two documents", Json, """{"spec":{}}{"spec":{}}"""u8.ToArray(), 400, "BadRequest" },
        { "nested deeply", Json, Encoding.ASCII.GetBytes(Repeat("{\"spec\":", 100_000)), 400, "BadRequest" },
        { "lists in lists", Json, Encoding.ASCII.GetBytes(Repeat("[", 1_000_000)), 400, "BadRequest" },
        { "an unknown field, strictly", Json, """{"spec":{"resourceAttributes":{"verb":"get"}},"nothing":1}"""u8.ToArray(), 400, "BadRequest" },
        { "a wrong type", Json, """{"spec":[]}"""u8.ToArray(), 400, "BadRequest" },
        { "another kind", Json, """{"apiVersion":"v1","kind":"Pod"}"""u8.ToArray(), 400, "BadRequest" },
        { "a zero byte", Json, "{\"spec\":\0}"u8.ToArray(), 400, "BadRequest" },
        { "too large", Json, new byte[(3 * 1024 * 1024) + 1], 413, "RequestEntityTooLarge" },
        { "not YAML", Yaml, "a: [b"u8.ToArray(), 400, "BadRequest" },
        { "a million laughs", Yaml, Encoding.ASCII.GetBytes(Laughs()), 400, "BadRequest" },
        { "an alias of itself", Yaml, "a: &a [*a]"u8.ToArray(), 400, "BadRequest" },
        { "nested YAML", Yaml, Encoding.ASCII.GetBytes("a: " + Repeat("[", 20_000)), 400, "BadRequest" },
        { "no protobuf", "application/vnd.kubernetes.protobuf", "{}"u8.ToArray(), 400, "BadRequest" },
        { "a protobuf of great lengths", "application/vnd.kubernetes.protobuf", [.. "k8s\0"u8, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], 400, "BadRequest" },
        { "an unknown form", "text/csv", "a,b"u8.ToArray(), 415, "UnsupportedMediaType" },
        { "CBOR", "application/cbor", [0xA0], 415, "UnsupportedMediaType" },
    };

    [Theory, MemberData(nameof(Bodies))]
    public async Task A_body_is_refused_with_a_reason(string what, string type, byte[] body, int code, string reason)
    {
        var (answered, status) = await SendAsync("POST", Reviews + "?fieldValidation=Strict", body, type);

        Assert.True(code == answered, $"{what}: {answered} {status}");
        Assert.Equal(("Status", reason, code), ((string?)status["kind"], (string?)status["reason"], (int?)status["code"]));
        Assert.DoesNotContain("   at ", (string)status["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Characters_that_are_none_are_read_as_upstream_reads_them()
    {
        byte[] broken = [.. """{"spec":{"resourceAttributes":{"verb":"get","name":"a"""u8, 0xFF, .. "\\ud800b"u8, .. "\"}}}"u8];

        var (code, answer) = await SendAsync("POST", Reviews, broken, Json);

        Assert.Equal((201, "a\uFFFD\uFFFDb"), (code, (string?)answer["spec"]!["resourceAttributes"]!["name"]));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"propagationPolicy":"Orphan","propagationPolicy":"Foreground"}""")]
    [InlineData("""{"preconditions":"\ud800","preconditions":1}""")]
    public async Task Options_of_a_delete_that_cannot_be_read_delete_nothing(string body)
    {
        gateway.Seed("configmaps", "hostile", "kept", "{}");

        var (code, _) = await SendAsync("DELETE", "/api/v1/namespaces/hostile/configmaps/kept", Encoding.UTF8.GetBytes(body), Json);

        Assert.Equal(400, code);
        Assert.NotNull(gateway.Cluster.Find(new Api.Identity.ObjectKey("", "configmaps", "hostile", "kept")));
    }

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/a/pods?limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax")]
    [InlineData("GET", "/api/v1/namespaces/a/pods?limit=99999999999999999999", 400, "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    [InlineData("GET", "/api/v1/namespaces/a/pods?watch=1&timeoutSeconds=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("DELETE", "/api/v1/namespaces/a/pods/x?gracePeriodSeconds=soon", 400, "strconv.ParseInt: parsing \"soon\": invalid syntax")]
    [InlineData("GET", "/api/v1/namespaces/a/pods?continue=eyJ2IjoxLCJydiI6IngiLCJzdGFydCI6e319", 400, null)]
    [InlineData("GET", "/api/v1/namespaces/a/pods?continue=%00", 400, null)]
    [InlineData("GET", "/api/v1/namespaces/a/pods?labelSelector=a%3Db&labelSelector=!!", 200, null)]
    [InlineData("GET", "/api/v1/namespaces/a/pods?labelSelector=!!&labelSelector=a", 400, null)]
    [InlineData("GET", "/api/v1/namespaces/a/pods?fieldSelector=nothing%3D1", 400, null)]
    [InlineData("GET", "/api/v1/namespaces/a/../../nodes", 200, null)]
    [InlineData("GET", "/api/v1/namespaces/a/%2e%2e/%2e%2e/nodes", 200, null)]
    [InlineData("GET", "/api/v1/namespaces/a/pods/..%2f..%2fnodes", 404, null)]
    [InlineData("GET", "/api/v1/namespaces/a/pods/%ff%fe", 404, null)]
    [InlineData("GET", "/../../etc/passwd", 404, null)]
    [InlineData("GET", "//api//v1//nodes", 200, null)]
    [InlineData("TRACE", "/api/v1/nodes", 405, null)]
    public async Task A_path_and_a_query_get_what_upstream_gives_them(string method, string path, int code, string? message)
    {
        var (answered, answer) = await SendAsync(method, path, null, Json);

        Assert.True(code == answered, $"{answered} {answer}");
        if (message is not null)
        {
            Assert.Equal(message, (string?)answer["message"]);
        }
    }

    [Fact]
    public async Task Who_may_not_read_nodes_does_not_by_way_of_another_path()
    {
        foreach (var path in (string[])["/api/v1/namespaces/a/../../nodes", "/api/v1/namespaces/a/%2e%2e/%2e%2e/nodes", "//api/v1/nodes", "/api/v1//nodes", "/api/v1/nodes/"])
        {
            using var answer = await gateway.Alice.GetAsync(Raw(path), TestContext.Current.CancellationToken);
            Assert.Equal(403, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_watch_may_be_asked_to_last_for_years()
    {
        using var answer = await gateway.Admin.GetAsync(
            Raw("/api/v1/namespaces/years/pods?watch=1&timeoutSeconds=2147483647"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)answer.StatusCode);
        gateway.Seed("pods", "years", "later", "{}");
        await using var stream = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.Contains("later", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queries_of_all_sorts_are_answered()
    {
        string[] names = ["labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch", "timeoutSeconds", "pretty", "dryRun", "includeObject", "sendInitialEvents", "x"];
        string[] values = ["", "0", "1", "-1", "a", "a=b", "a in (b)", "!", ",", "metadata.name=x", "Exact", "NotOlderThan", "true", "99999999999999999999", "\0", "\ud800", "%", "é", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYSJ9"];
        string[] accepts = ["*/*", "application/json;as=Table;g=meta.k8s.io;v=v1", "application/yaml", "application/json;q=x", ";;,,", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"];
        gateway.Seed("pods", "a", "x", "{}");
        const int Seed = 20261127;
        var random = new Random(Seed);
        for (var i = 0; i < 400; i++)
        {
            var query = string.Join('&', Enumerable.Range(0, random.Next(4)).Select(_ => $"{names[random.Next(names.Length)]}={Uri.EscapeDataString(values[random.Next(values.Length)])}"));
            using var request = new HttpRequestMessage(HttpMethod.Get, Raw("/api/v1/namespaces/a/pods" + (random.Next(3) == 0 ? "/x" : "") + "?" + query));
            request.Headers.TryAddWithoutValidation("Accept", accepts[random.Next(accepts.Length)]);
            using var answer = await gateway.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is < 500 or 504, $"seed {Seed}, request {i}: {request.RequestUri} {answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }

    private async Task<(int Code, JsonNode Answer)> SendAsync(string method, string path, byte[]? body, string type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Raw(path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        using var answer = await gateway.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType == Json ? JsonNode.Parse(text)! : JsonValue.Create(text));
    }

    /// <summary>The path as it stands: the client would tidy it.</summary>
    private Uri Raw(string path) => new(gateway.Address.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Laughs() =>
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(name => $"{name}: &{name} [{string.Join(',', Enumerable.Repeat("*" + (char)(name - 1), 10))}]\n"));
}
