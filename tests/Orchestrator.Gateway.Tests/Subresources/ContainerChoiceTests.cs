using System.Text;
using Orchestrator.Gateway.Subresources;

namespace Orchestrator.Gateway.Tests.Subresources;

public sealed class ContainerChoiceTests
{
    [Theory]
    [InlineData("a", "", "", "a", null)]
    [InlineData("a", "", "a", "a", null)]
    [InlineData("a", "i", "i", "i", null)]
    [InlineData("a", "", "b", "", "container b is not valid for pod x")]
    [InlineData("a,b", "", "", "", "a container name must be specified for pod x, choose one of: [a b]")]
    [InlineData("a,b", "i,j", "", "", "a container name must be specified for pod x, choose one of: [a b] or one of the init containers: [i j]")]
    [InlineData("", "", "", "", "a container name must be specified for pod x")]
    public void The_container_is_the_one_named_or_the_only_one(string containers, string inits, string wanted, string expected, string? fault)
    {
        var pod = new PodView { Namespace = "default", Name = "x", Uid = "1", Containers = Names(containers), InitContainers = Names(inits) };
        var (container, status) = ContainerChoice.Choose(pod, wanted);
        Assert.Equal((expected, fault), (container, status?.Message));
        Assert.Equal(fault is null ? null : "BadRequest", status?.Reason);
    }

    [Theory]
    [InlineData("""{"state":{"running":{}}}""", false, null)]
    [InlineData("""{"state":{"terminated":{}}}""", false, null)]
    [InlineData("""{"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"containerID":"c://1"}}}""", false, null)]
    [InlineData("""{"state":{"waiting":{"reason":"ContainerCreating"}}}""", false, "container \"c\" in pod \"x\" is waiting to start: ContainerCreating")]
    [InlineData("""{"state":{"waiting":{"reason":"ErrImagePull"}}}""", false, "container \"c\" in pod \"x\" is waiting to start: image can't be pulled")]
    [InlineData("""{"state":{"waiting":{"reason":"ImagePullBackOff"}}}""", false, "container \"c\" in pod \"x\" is waiting to start: trying and failing to pull image")]
    [InlineData("{}", false, "container \"c\" in pod \"x\" is waiting to start - no logs yet")]
    [InlineData("""{"state":{"running":{}}}""", true, "previous terminated container \"c\" in pod \"x\" not found")]
    [InlineData("""{"state":{"running":{}},"lastState":{"terminated":{"containerID":"c://1"}}}""", true, null)]
    [InlineData(null, false, "container \"c\" in pod \"x\" is not available")]
    public void A_log_is_there_when_a_run_has_been(string? status, bool previous, string? fault)
    {
        var statuses = status is null ? "" : "{\"name\":\"c\"" + (status == "{}" ? "}" : "," + status[1..]);
        const string Pod = """{"metadata":{"name":"x","namespace":"default","uid":"1"},"spec":{"containers":[{"name":"c"}]},"status":{"containerStatuses":[STATUSES]}}""";
        var pod = PodView.Read(Encoding.UTF8.GetBytes(Pod.Replace("STATUSES", statuses, StringComparison.Ordinal)));
        Assert.Equal(fault, ContainerChoice.LogFault(pod, "c", previous)?.Message);
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
