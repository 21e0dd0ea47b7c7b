using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Pods;

public sealed class PodWarningsTests
{
    [Theory]
    [InlineData("""{"spec":{"containers":[{"env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}}""", "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply")]
    [InlineData("""{"spec":{"containers":[{"env":[{"name":"A","value":"1"},{"name":"A","value":"$(A)2"}]}]}}""", "")]
    [InlineData("""{"spec":{"containers":[{"resources":{"requests":{"memory":"128m","cpu":"100m"}}}]}}""", "spec.containers[0].resources.requests[memory]: fractional byte value \"128m\" is invalid, must be an integer")]
    [InlineData("""{"spec":{"nodeSelector":{"beta.kubernetes.io/os":"linux"}}}""", "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead")]
    [InlineData("""{"spec":{"terminationGracePeriodSeconds":-1}}""", "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1")]
    [InlineData("""{"spec":{"volumes":[{"name":"v","gitRepo":{}}]}}""", "spec.volumes[0].gitRepo: deprecated in v1.11")]
    [InlineData("""{"spec":{"containers":[{"ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":81,"protocol":"TCP"},{"containerPort":80,"protocol":"TCP"}]}]}}""", "spec.containers[0].ports[2]: duplicate port definition with spec.containers[0].ports[0]")]
    [InlineData("""{"metadata":{"annotations":{"scheduler.alpha.kubernetes.io/critical-pod":""}},"spec":{}}""", "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the \"priorityClassName\" field instead")]
    public void Likely_mistakes_are_named(string pod, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), Strategy("", "pods").Warnings(Json(pod), null));

    [Theory]
    [InlineData("apps", "deployments", "spec.template.", """{"spec":{"template":$POD}}""")]
    [InlineData("batch", "cronjobs", "spec.jobTemplate.spec.template.", """{"spec":{"jobTemplate":{"spec":{"template":$POD}}}}""")]
    [InlineData("", "podtemplates", "template.", """{"template":$POD}""")]
    public void Templates_are_warned_of_once(string group, string resource, string path, string document)
    {
        var obj = Json(document.Replace("$POD", """{"spec":{"volumes":[{"name":"v","gitRepo":{}}]}}""", StringComparison.Ordinal));
        Assert.Equal([path + "spec.volumes[0].gitRepo: deprecated in v1.11"], Strategy(group, resource).Warnings(obj, null));
        Assert.Empty(Strategy(group, resource).Warnings(obj, (System.Text.Json.Nodes.JsonObject)obj.DeepClone()));
    }
}
