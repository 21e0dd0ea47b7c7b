using System.Text.Json.Nodes;
using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Discovery;

/// <summary>Whatever Kubernetes 1.36 offers is offered: compared entry by entry with what its server answered.</summary>
public sealed class EveryKindTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static JsonNode Facts
    {
        get
        {
            using var stream = typeof(KindRegistry).Assembly.GetManifestResourceStream("Orchestrator.Api.Schemas.discovery-1.36.json")!;
            return JsonNode.Parse(stream)!;
        }
    }

    [Theory]
    [InlineData("api")]
    [InlineData("apis")]
    public async Task The_aggregated_document_is_the_same(string root)
    {
        var (code, answer) = await GatewayFixture.SendAsync(
            gateway.Admin, "GET", "/" + root, accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");

        Assert.Equal(200, code);
        Assert.Equal(Flatten(Facts[root]!), Flatten(answer));
    }

    [Fact]
    public async Task Each_version_lists_the_same_resources_in_the_old_form()
    {
        foreach (var (group, version, resources) in Versions())
        {
            var (_, answer) = await GatewayFixture.SendAsync(gateway.Admin, "GET", group.Length == 0 ? "/api/" + version : $"/apis/{group}/{version}");
            var expected = resources.SelectMany(Names).Order(StringComparer.Ordinal);
            Assert.Equal(expected, answer["resources"]!.AsArray().Select(OldEntry).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Every_kind_that_can_be_listed_is_listed()
    {
        foreach (var (group, version, resources) in Versions())
        {
            foreach (var resource in resources.Where(one => Words(one!["verbs"]).Contains("list")))
            {
                var (code, answer) = await GatewayFixture.SendAsync(gateway.Admin, "GET", $"{(group.Length == 0 ? "/api" : "/apis/" + group)}/{version}/{resource!["resource"]}");
                Assert.Equal((200, $"{resource["responseKind"]!["kind"]}List"), (code, (string?)answer["kind"]));
            }
        }
    }

    [Fact]
    public async Task Every_group_version_has_its_schema()
    {
        var index = JsonNode.Parse(await gateway.Admin.GetStringAsync("/openapi/v3", TestContext.Current.CancellationToken))!["paths"]!.AsObject();

        Assert.All(Versions(), version => Assert.True(
            index.ContainsKey(version.Group.Length == 0 ? "api/" + version.Version : $"apis/{version.Group}/{version.Version}"), version.Group + "/" + version.Version));
    }

    private static IEnumerable<(string Group, string Version, JsonArray Resources)> Versions() =>
        from root in new[] { "api", "apis" }
        from item in Facts[root]!["items"]!.AsArray()
        from version in item!["versions"]!.AsArray()
        select ((string?)item["metadata"]!["name"] ?? "", (string)version!["version"]!, version["resources"]!.AsArray());

    /// <summary>One line per fact, so that a difference names itself.</summary>
    private static IEnumerable<string> Flatten(JsonNode document) =>
        (from item in document["items"]!.AsArray()
         from version in item!["versions"]!.AsArray()
         from resource in version!["resources"]!.AsArray()
         let place = $"{item["metadata"]!["name"]}/{version["version"]}/{resource!["resource"]}"
         from line in (string[])
         [
             $"{place} {resource["responseKind"]!["group"]}/{resource["responseKind"]!["version"]}/{resource["responseKind"]!["kind"]} {resource["scope"]} {resource["singularResource"]}",
             $"{place} verbs {string.Join(',', Words(resource["verbs"]))} short {string.Join(',', Words(resource["shortNames"]))} in {string.Join(',', Words(resource["categories"]))}",
             .. (resource["subresources"] as JsonArray ?? []).Select(sub =>
                 $"{place}/{sub!["subresource"]} {sub["responseKind"]!["group"]}/{sub["responseKind"]!["version"]}/{sub["responseKind"]!["kind"]} {string.Join(',', Words(sub["verbs"]))}"),
         ]
         select line).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Names(JsonNode? resource) =>
    [
        $"{resource!["resource"]} {resource["responseKind"]!["kind"]} {string.Join(',', Words(resource["verbs"]))} {string.Join(',', Words(resource["shortNames"]))}",
        .. (resource["subresources"] as JsonArray ?? []).Select(sub => $"{resource["resource"]}/{sub!["subresource"]} {sub["responseKind"]!["kind"]} {string.Join(',', Words(sub["verbs"]))} "),
    ];

    private static string OldEntry(JsonNode? entry) =>
        $"{entry!["name"]} {entry["kind"]} {string.Join(',', Words(entry["verbs"]))} {string.Join(',', Words(entry["shortNames"]))}";

    private static List<string> Words(JsonNode? list) => [.. (list as JsonArray ?? []).Select(word => (string)word!)];
}
