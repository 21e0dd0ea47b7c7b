using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.DaemonSets;

public sealed class DaemonSetStrategyTests
{
    [Fact]
    public void Daemon_set_gets_the_defaults_of_a_real_server() => AssertSame(
        Workload.Expected("""
            {"metadata":{"name":"w","uid":"UUID","annotations":{"deprecated.daemonset.template.generation":"1"}},
             "spec":{"revisionHistoryLimit":10,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":$P},
              "updateStrategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":1},"type":"RollingUpdate"}},
             "status":{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0}}
            """),
        Created(Strategy("apps", "daemonsets"), Workload.Of("$S,$T")));

    [Theory]
    [InlineData("""$S,$T,"minReadySeconds":3""", "1")]
    [InlineData("""$S,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"other:1"}]}}""", "2")]
    public void Changes_of_the_template_are_counted(string spec, string count)
    {
        var old = Created(Strategy("apps", "daemonsets"), Workload.Of("$S,$T"));
        var obj = Created(Strategy("apps", "daemonsets"), Workload.Of(spec));
        Strategy("apps", "daemonsets").PrepareForUpdate(obj, old, "");
        Assert.Equal(count, obj["metadata"]!["annotations"]!["deprecated.daemonset.template.generation"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""$S,$T,"updateStrategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":0}}""", "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0")]
    [InlineData("""$S,$T,"updateStrategy":{"rollingUpdate":{"maxUnavailable":"200%"}}""", "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"200%\": must not be greater than 100%")]
    [InlineData("""$T""", "spec.selector: Required value|spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`")]
    public void Faults_are_named(string spec, string expected) => AssertFaults(expected, Faults(Strategy("apps", "daemonsets"), Workload.Of(spec)));
}
