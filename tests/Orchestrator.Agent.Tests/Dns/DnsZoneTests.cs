using Orchestrator.Agent.Dns;
using Orchestrator.Agent.Tests.Network;

namespace Orchestrator.Agent.Tests.Dns;

public sealed class DnsZoneTests
{
    private readonly DnsZone _zone = new(Cluster.Map(), "cluster.local");

    [Theory]
    [InlineData("web.default.svc.cluster.local", "A 10.96.0.5")]
    [InlineData("db.default.svc.cluster.local", "A 10.42.3.20,A 10.42.3.21")]
    [InlineData("db-0.db.default.svc.cluster.local", "A 10.42.3.20")]
    [InlineData("10-42-3-7.default.pod.cluster.local", "A 10.42.3.7")]
    [InlineData("missing.default.svc.cluster.local", "NameError")]
    [InlineData("web.other.svc.cluster.local", "NameError")]
    [InlineData("x.y.z.cluster.local", "NameError")]
    [InlineData("example.org", "not ours")]
    public void Names_resolve(string name, string expected) => Check(name, DnsType.A, expected);

    [Theory]
    [InlineData("_http._tcp.web.default.svc.cluster.local", "Srv web.default.svc.cluster.local:80")]
    [InlineData("_sql._tcp.db.default.svc.cluster.local", "Srv db-0.db.default.svc.cluster.local:5432,Srv 10-42-3-21.db.default.svc.cluster.local:5432")]
    [InlineData("_http._udp.web.default.svc.cluster.local", "NameError")]
    public void Ports_resolve(string name, string expected) => Check(name, DnsType.Srv, expected);

    [Theory]
    [InlineData("5.0.96.10.in-addr.arpa", "Ptr web.default.svc.cluster.local")]
    [InlineData("1.2.0.192.in-addr.arpa", "not ours")]
    public void Addresses_resolve_back(string name, string expected) => Check(name, DnsType.Ptr, expected);

    [Fact]
    public void A_name_without_the_type_asked_for_exists_all_the_same() =>
        Check("web.default.svc.cluster.local", (DnsType)28, "");

    private void Check(string name, DnsType type, string expected)
    {
        var answer = _zone.Answer(new DnsQuestion(name, type, 0));
        var actual = answer switch
        {
            null => "not ours",
            { Code: DnsCode.NoError } => string.Join(",", answer.Records.Select(record => $"{record.Type} {record.Target}{(record.Port > 0 ? ":" + record.Port : "")}")),
            _ => answer.Code.ToString(),
        };
        Assert.Equal(expected, actual);
    }
}
