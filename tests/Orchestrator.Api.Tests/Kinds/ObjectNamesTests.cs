using Orchestrator.Api.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Kinds;

public sealed class ObjectNamesTests
{
    [Theory]
    [InlineData("web", true)]
    [InlineData("web.example.com", true)]
    [InlineData("Web", false)]
    [InlineData("-web", false)]
    [InlineData("web.", false)]
    [InlineData("", false)]
    public void Subdomains(string name, bool valid) => Assert.Equal(valid, !ObjectNames.DnsSubdomainErrors(name).Any());

    [Theory]
    [InlineData("1web", true, false)]
    [InlineData("web-1", true, true)]
    [InlineData("web.1", false, false)]
    public void Labels(string name, bool valid, bool valid1035)
    {
        Assert.Equal(valid, !ObjectNames.DnsLabelErrors(name).Any());
        Assert.Equal(valid1035, !ObjectNames.Dns1035LabelErrors(name).Any());
    }

    [Theory]
    [InlineData("app", true)]
    [InlineData("app.kubernetes.io/name", true)]
    [InlineData("a/b/c", false)]
    [InlineData("/b", false)]
    [InlineData("a/", false)]
    [InlineData("-a", false)]
    public void Label_keys(string key, bool valid) => Assert.Equal(valid, !ObjectNames.QualifiedNameErrors(key).Any());

    [Fact]
    public void A_generate_name_may_end_in_a_dash() => Assert.Empty(ObjectNames.DnsSubdomainErrors("web-", prefix: true));
}
