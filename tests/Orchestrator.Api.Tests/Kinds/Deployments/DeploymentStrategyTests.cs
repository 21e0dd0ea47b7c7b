using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Deployments;

public sealed class DeploymentStrategyTests
{
    private const string Selector = "\"selector\":{\"matchLabels\":{\"app\":\"web\"}}";
    private const string Template = """
        "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"nginx:1.27"}]}}
        """;

    [Fact]
    public void Deployment_gets_the_defaults_of_a_real_server() => AssertSame(
        """
        {"metadata":{"name":"bad"},"spec":{"progressDeadlineSeconds":600,"replicas":1,"revisionHistoryLimit":10,"selector":{"matchLabels":{"app":"web"}},
         "strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"},
         "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:1.27","imagePullPolicy":"IfNotPresent","name":"app",
          "resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"dnsPolicy":"ClusterFirst",
          "restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},"terminationGracePeriodSeconds":30}}},"status":{}}
        """,
        Created(Strategy("apps", "deployments"), Deployment("$T,$S")));

    [Theory]
    [InlineData("$T", "spec.selector: Required value|spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`")]
    [InlineData("""$T,"selector":{"matchLabels":{"app":"other"}}""", "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`")]
    [InlineData("""$T,$S,"replicas":-1""", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""$T,$S,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}""", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("""$T,$S,"strategy":{"type":"Recreate","rollingUpdate":{}}""", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [InlineData("""$T,$S,"strategy":{"type":"Recreate"}""", "")]
    [InlineData("""$S,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"b"}]}}""", "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"")]
    [InlineData("""$T,$S,"minReadySeconds":600""", "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds")]
    public void Faults_are_named_in_the_words_of_a_real_server(string spec, string expected) =>
        AssertFaults(expected, Faults(Strategy("apps", "deployments"), Deployment(spec)));

    [Fact]
    public void Selector_stays() => AssertFaults(
        "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`"
        + "|spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"changed\"}}: field is immutable",
        UpdateFaults(Strategy("apps", "deployments"), Deployment("$T,$S"), Deployment("""$T,"selector":{"matchLabels":{"app":"changed"}}""")));

    private static string Deployment(string spec) => """{"metadata":{"name":"bad"},"spec":{"""
        + spec.Replace("$S", Selector, StringComparison.Ordinal).Replace("$T", Template, StringComparison.Ordinal) + "}}";
}
