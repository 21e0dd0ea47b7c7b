using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.ReplicaSets;

public sealed class ReplicaSetStrategyTests
{
    [Theory]
    [InlineData("apps", "replicasets", """{"metadata":{"name":"w","uid":"UUID"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":$P}},"status":{"replicas":0}}""", "$S,$T")]
    [InlineData("", "replicationcontrollers", """{"metadata":{"name":"w","uid":"UUID","labels":{"app":"web"}},"spec":{"replicas":1,"selector":{"app":"web"},"template":{"metadata":{"labels":{"app":"web"}},"spec":$P}},"status":{"replicas":0}}""", "$T")]
    public void Defaults_are_those_of_a_real_server(string group, string resource, string expected, string spec) =>
        AssertSame(Workload.Expected(expected), Created(Strategy(group, resource), Workload.Of(spec)));

    [Theory]
    [InlineData("apps", "replicasets", """$S,$T,"replicas":-1""", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("apps", "replicasets", """$T,"selector":{}""", "spec.selector: Invalid value: {}: empty selector is invalid for deployment")]
    [InlineData("", "replicationcontrollers", """$T,"selector":{"app":"other"}""", "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`")]
    [InlineData("", "replicationcontrollers", """ "selector":{"app":"other"}""", "spec.template: Required value")]
    public void Faults_are_named(string group, string resource, string spec, string expected) =>
        AssertFaults(expected, Faults(Strategy(group, resource), Workload.Of(spec)));
}
