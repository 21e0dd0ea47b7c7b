using k8s.Models;
using Orchestrator.Agent.Images;
using Xunit;

namespace Orchestrator.Agent.Tests.Images;

public sealed class ImageNamesTests
{
    [Theory]
    [InlineData("nginx", null, true, ImageAction.Pull)]
    [InlineData("nginx:latest", null, true, ImageAction.Pull)]
    [InlineData("nginx:1", null, true, ImageAction.Use)]
    [InlineData("nginx:1", null, false, ImageAction.Pull)]
    [InlineData("localhost:5000/nginx", null, true, ImageAction.Pull)]
    [InlineData("nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000", null, true, ImageAction.Use)]
    [InlineData("nginx", "IfNotPresent", true, ImageAction.Use)]
    [InlineData("nginx", "Never", true, ImageAction.Use)]
    [InlineData("nginx", "Never", false, ImageAction.Refuse)]
    [InlineData("nginx:1", "Always", true, ImageAction.Pull)]
    public void The_policy_says_what_is_done(string image, string? policy, bool isPresent, object expected) =>
        Assert.Equal(expected, ImageNames.ActionFor(new V1Container { Image = image, ImagePullPolicy = policy }, isPresent));

    [Theory]
    [InlineData("nginx", true)]
    [InlineData("registry.example.com:5000/team/app_a/b-c:v1.2_3", true)]
    [InlineData("a@sha256:0123456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("Nginx", false)]
    [InlineData("nginx:", false)]
    [InlineData("a b", false)]
    [InlineData("", false)]
    public void A_name_must_be_an_image_s(string image, bool isValid) => Assert.Equal(isValid, ImageNames.IsValid(image));

    [Theory]
    [InlineData("nginx", "docker.io", "library/nginx")]
    [InlineData("team/app:1", "docker.io", "team/app")]
    [InlineData("localhost/app", "localhost", "app")]
    [InlineData("r.example.com:5000/a/b:1", "r.example.com:5000", "a/b")]
    public void A_name_is_a_registry_and_a_path(string image, string registry, string path) => Assert.Equal((registry, path), ImageNames.Split(image));
}
