using Orchestrator.Api.Registry;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Discovery;

public sealed class DiscoveryTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    [Fact]
    public async Task Aggregated_discovery_names_every_kind_of_the_registry()
    {
        var found = new List<string>();
        foreach (var path in new[] { "/api", "/apis" })
        {
            var (_, document) = await GatewayFixture.SendAsync(gateway.Admin, "GET", path, accept: Aggregated);
            found.AddRange(
                from @group in document["items"]!.AsArray()
                from version in @group!["versions"]!.AsArray()
                from resource in version!["resources"]!.AsArray()
                select $"{@group["metadata"]!["name"]}/{version["version"]}/{resource!["resource"]}:{resource["responseKind"]!["kind"]}");
        }

        Assert.Equal(KindRegistry.BuiltIn.All.Select(kind => $"{kind.Group}/{kind.Version}/{kind.Resource}:{kind.Kind}"), found);
    }

    [Theory]
    [InlineData("/api", "APIVersions")]
    [InlineData("/api/v1", "APIResourceList")]
    [InlineData("/apis", "APIGroupList")]
    [InlineData("/apis/apps", "APIGroup")]
    [InlineData("/apis/apps/v1", "APIResourceList")]
    public async Task Old_discovery_is_answered_as_well(string path, string kind)
    {
        var (code, document) = await GatewayFixture.SendAsync(gateway.Admin, "GET", path);
        Assert.Equal(200, code);
        Assert.Equal(kind, document["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Subresources_stand_beside_their_resource()
    {
        var (_, list) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/apis/apps/v1");
        var scale = list["resources"]!.AsArray().Single(entry => entry!["name"]!.GetValue<string>() == "deployments/scale");
        Assert.Equal(("autoscaling", "v1", "Scale"), (scale!["group"]!.GetValue<string>(), scale["version"]!.GetValue<string>(), scale["kind"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Unknown_groups_are_not_found_in_plain_text()
    {
        var (code, text) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/apis/none.example/v1");
        Assert.Equal((404, "404 page not found\n"), (code, text.GetValue<string>()));
    }
}
