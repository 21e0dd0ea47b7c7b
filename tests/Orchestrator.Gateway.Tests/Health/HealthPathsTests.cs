using System.Text.Json.Nodes;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Health;

public sealed class HealthPathsTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("/healthz", false, 200, "ok")]
    [InlineData("/livez?verbose", false, 200, "[+]ping ok\n[+]etcd ok\nlivez check passed\n")]
    [InlineData("/readyz?verbose", false, 200, "[+]ping ok\n[+]etcd ok\n[+]informer-sync ok\n[+]shutdown ok\nreadyz check passed\n")]
    [InlineData("/readyz?verbose&exclude=etcd&exclude=none", false, 200,
        "[+]ping ok\n[+]etcd excluded: ok\n[+]informer-sync ok\n[+]shutdown ok\nwarn: some health checks cannot be excluded: no matches for \"none\"\nreadyz check passed\n")]
    [InlineData("/readyz/ping", false, 200, "ok")]
    [InlineData("/readyz/none", false, 404, "404 page not found\n")]
    [InlineData("/healthz", true, 500, "[+]ping ok\n[-]etcd failed: reason withheld\nhealthz check failed\n")]
    [InlineData("/healthz?exclude=etcd", true, 200, "ok")]
    [InlineData("/livez/etcd", true, 500, "internal server error: the store does not answer\n")]
    [InlineData("/livez/ping", true, 200, "ok")]
    public async Task Health_is_told_as_a_whole_and_check_by_check(string path, bool isDown, int code, string text)
    {
        gateway.Cluster.IsDown = isDown;
        try
        {
            var (answered, body) = await GatewayFixture.SendAsync(gateway.Admin, "GET", path);
            Assert.Equal((code, text), (answered, (string)body!));
        }
        finally
        {
            gateway.Cluster.IsDown = false;
        }
    }

    [Fact]
    public async Task Single_checks_are_not_open_to_everybody()
    {
        Assert.Equal(200, (await GatewayFixture.SendAsync(gateway.Nobody, "GET", "/readyz?verbose")).Code);
        var (code, status) = await GatewayFixture.SendAsync(gateway.Nobody, "GET", "/readyz/etcd");
        Assert.Equal((403, "forbidden: User \"system:anonymous\" cannot get path \"/readyz/etcd\""), (code, (string?)status["message"]));
    }
}
