using System.Text;
using k8s.Models;
using Orchestrator.Agent.Images;
using Xunit;

namespace Orchestrator.Agent.Tests.Images;

public sealed class PullCredentialsTests
{
    [Theory]
    [InlineData("r.example.com/team/app:1", "near,far")]
    [InlineData("r.example.com/other:1", "far")]
    [InlineData("eu.registry.test/x", "glob")]
    [InlineData("a.b.registry.test/x", "")]
    [InlineData("nginx", "hub")]
    [InlineData("elsewhere.test/x", "")]
    public void The_closest_credentials_come_first(string image, string expected)
    {
        var secret = Secret(
            """
            {"auths":{"https://r.example.com":{"username":"far","password":"p"},"r.example.com/team":{"auth":"bmVhcjpwOnE="},
             "*.registry.test":{"username":"glob"},"https://index.docker.io/v1/":{"username":"hub"}}}
            """);
        var found = PullCredentials.For(image, Pod(), new Dictionary<string, V1Secret> { ["s"] = secret });
        Assert.Equal(expected, string.Join(',', found.Select(credentials => credentials.Username)));
    }

    [Fact]
    public void A_password_may_hold_a_colon()
    {
        var secret = Secret("""{"auths":{"r.example.com":{"auth":"bmVhcjpwOnE="}}}""");
        Assert.Equal("p:q", Assert.Single(PullCredentials.For("r.example.com/a", Pod(), new Dictionary<string, V1Secret> { ["s"] = secret })).Password);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"r.example.com":{"auth":"%%%"}}}""")]
    public void A_secret_that_cannot_be_read_gives_none(string text) =>
        Assert.Empty(PullCredentials.For("r.example.com/a", Pod(), new Dictionary<string, V1Secret> { ["s"] = Secret(text) }));

    [Fact]
    public void Only_secrets_that_the_pod_names_count() =>
        Assert.Empty(PullCredentials.For("r.example.com/a", Pod(), new Dictionary<string, V1Secret> { ["other"] = Secret("""{"auths":{"r.example.com":{"username":"u"}}}""") }));

    private static V1Pod Pod() => new() { Spec = new V1PodSpec { ImagePullSecrets = [new V1LocalObjectReference { Name = "s" }] } };

    private static V1Secret Secret(string json) => new()
    {
        Type = "kubernetes.io/dockerconfigjson",
        Data = new Dictionary<string, byte[]> { [".dockerconfigjson"] = Encoding.UTF8.GetBytes(json) },
    };
}
