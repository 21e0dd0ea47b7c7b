using System.Text;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.ServiceAccounts;
using Orchestrator.Controllers.Tests.Certificates;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.ServiceAccounts;

public sealed class SecretTokensTests
{
    private static readonly ObjectKey Secret = new("", "secrets", "ns", "s");
    private readonly FakeCluster cluster = new();
    private readonly SecretTokens reconciler = new(new RecordingSigner(), "CA");

    [Fact]
    public void A_secret_that_asks_for_a_token_is_filled_and_then_left_alone()
    {
        Account("uid-1");
        Ask("""{"kubernetes.io/service-account.name":"robot"}""");

        Assert.True(cluster.Apply(Plan()));

        var secret = cluster.Read(Secret);
        Assert.Equal(("token of ns/robot/uid-1 in s", "ns", "CA"), (Data("token"), Data("namespace"), Data("ca.crt")));
        Assert.Equal("uid-1", (string?)secret["metadata"]!["annotations"]!["kubernetes.io/service-account.uid"]);
        Assert.Empty(Plan().Writes);
    }

    [Theory]
    [InlineData("""{"kubernetes.io/service-account.name":"nobody"}""")]
    [InlineData("""{"kubernetes.io/service-account.name":"robot","kubernetes.io/service-account.uid":"another"}""")]
    public void A_token_of_an_account_that_is_gone_goes_too(string annotations)
    {
        Account("uid-1");
        Ask(annotations);

        Assert.IsType<PlannedWrite.Delete>(Assert.Single(Plan().Writes));
    }

    [Fact]
    public void Other_secrets_are_not_looked_at()
    {
        cluster.Put(Secret.GroupResource, """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"ns"},"type":"Opaque"}""");

        Assert.Empty(Plan().Writes);
        Assert.Empty(reconciler.AllKeys(cluster));
    }

    [Fact]
    public void An_account_that_comes_or_goes_wakes_its_secrets()
    {
        Ask("""{"kubernetes.io/service-account.name":"robot"}""");
        var account = Account("uid-1");

        Assert.Equal([Secret], reconciler.KeysFor(null, account, false, cluster));
        Assert.Equal([Secret], reconciler.KeysFor(account, account, true, cluster));
        Assert.Empty(reconciler.KeysFor(account, account, false, cluster));
    }

    private Plan Plan() => reconciler.Reconcile(Secret, cluster, cluster.Now);

    private string Data(string key) => Encoding.UTF8.GetString(Convert.FromBase64String((string)cluster.Read(Secret)["data"]![key]!));

    private Api.Machinery.StoredObject Account(string uid) => cluster.Put(
        new GroupResource("", "serviceaccounts"),
        $$"""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot","namespace":"ns","uid":"{{uid}}" } }""");

    private void Ask(string annotations) => cluster.Put(
        Secret.GroupResource,
        $$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"ns","annotations":{{annotations}}},"type":"kubernetes.io/service-account-token"}""");
}
