using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.ConfigMaps;

public sealed class ConfigMapStrategyTests
{
    [Theory]
    [InlineData("""{"data":{"bad key":"v"}}""", "data[bad key]: Invalid value: \"bad key\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [InlineData("""{"data":{"k":"v"},"binaryData":{"k":"AA=="}}""", "data[k]: Invalid value: \"k\": duplicate of key present in binaryData")]
    [InlineData("""{"data":{"..":"v"}}""", "data[..]: Invalid value: \"..\": must not be '..'")]
    [InlineData("""{"data":{"a.b":"v"}}""", "")]
    public void Keys_are_checked(string map, string expected) => AssertFaults(expected, Faults(Strategy("", "configmaps"), map));

    [Theory]
    [InlineData("""{"immutable":true,"data":{"i":"6"}}""", """{"immutable":true,"data":{"i":"no"}}""", "data: Forbidden: field is immutable when `immutable` is set")]
    [InlineData("""{"immutable":true,"data":{"i":"6"}}""", """{"data":{"i":"6"}}""", "immutable: Forbidden: field is immutable when `immutable` is set")]
    [InlineData("""{"data":{"i":"6"}}""", """{"immutable":true,"data":{"i":"7"}}""", "")]
    public void What_is_immutable_stays(string old, string map, string expected) => AssertFaults(expected, UpdateFaults(Strategy("", "configmaps"), old, map));
}
