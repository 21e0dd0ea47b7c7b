using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Secrets;

public sealed class SecretStrategyTests
{
    [Fact]
    public void Plain_strings_become_data_and_the_type_is_opaque() => AssertSame(
        """{"data":{"user":"YWRtaW4=","password":"czNjcmV0"},"type":"Opaque"}""",
        Created(Strategy("", "secrets"), """{"stringData":{"password":"s3cret"},"data":{"user":"YWRtaW4="}}"""));

    [Theory]
    [InlineData("""{"type":"kubernetes.io/tls","data":{"tls.crt":"AA=="}}""", "data[tls.key]: Required value")]
    [InlineData("""{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"AA=="}}""", "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid JSON")]
    [InlineData("""{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"e30="}}""", "")]
    [InlineData("""{"type":"kubernetes.io/basic-auth"}""", "data[username]: Required value|data[password]: Required value")]
    [InlineData("""{"type":"example.com/own"}""", "")]
    public void Each_type_holds_what_it_must(string secret, string expected) => AssertFaults(expected, Faults(Strategy("", "secrets"), secret));

    [Theory]
    [InlineData("""{"type":"Opaque"}""", """{"type":"other"}""", "type: Invalid value: \"other\": field is immutable")]
    [InlineData("""{"immutable":true,"data":{"a":"AA=="}}""", """{"immutable":true,"data":{"a":"AQ=="}}""", "data: Forbidden: field is immutable when `immutable` is set")]
    public void Type_and_immutable_data_stay(string old, string secret, string expected) => AssertFaults(expected, UpdateFaults(Strategy("", "secrets"), old, secret));
}
