using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Client;

// Connects as an Orleans client by the file that `up` leaves in its data directory, then speaks in KubernetesClient's models.
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.UseOrleansClient(orleans => orleans.UseOrchestratorCluster(args.FirstOrDefault() ?? "/var/lib/orchestrator/grain-client.json"));
builder.Services.AddOrchestratorClient(new ClientOptions { User = "grain-client-example", OnWarning = Console.WriteLine });
using var host = builder.Build();
await host.StartAsync();
var cluster = host.Services.GetRequiredService<OrchestratorClient>();

var labels = new Dictionary<string, string> { ["app"] = "hello" };
var pods = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = "orchestrator.local/busybox:1", Command = ["sleep", "3600"] }], TerminationGracePeriodSeconds = 1 };
var hello = await cluster.CreateAsync(new V1Deployment
{
    Metadata = new V1ObjectMeta { Name = "hello", NamespaceProperty = "default" },
    Spec = new V1DeploymentSpec
    {
        Replicas = 2,
        Selector = new V1LabelSelector { MatchLabels = labels },
        Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = pods },
    },
});
Console.WriteLine($"created {hello.Metadata.Name}, to be rolled out within {hello.Spec.ProgressDeadlineSeconds} s (a default of the server)");
await FollowUntilRunningAsync(2);

await cluster.ScaleAsync<V1Deployment>("default", "hello", 3);
await FollowUntilRunningAsync(3);

await cluster.ChangeAsync<V1Deployment>("default", "hello", it => it.Spec.Template.Spec.Containers[0].Command = ["sleep", "7200"]);
await FollowUntilRunningAsync(3, "7200");
await cluster.RollbackAsync("default", "hello");
await FollowUntilRunningAsync(3, "3600");

try
{
    await cluster.ScaleAsync<V1Deployment>("default", "hello", -1);
}
catch (InvalidObjectException refused)
{
    Console.WriteLine($"refused, because of {string.Join(", ", refused.Fields)}");
}

await cluster.DeleteAsync<V1Deployment>("default", "hello");
Console.WriteLine("deleted");
await host.StopAsync();

async Task FollowUntilRunningAsync(int count, string seconds = "3600")
{
    var running = new HashSet<string>();
    await foreach (var (type, pod, revision) in cluster.FollowAsync<V1Pod>("default", new Selection { Labels = "app=hello" }))
    {
        Console.WriteLine($"{revision,6} {type,-8} {pod.Metadata.Name} {pod.Status?.Phase}");
        var counts = type != WatchEventType.Deleted && pod.Status?.Phase == "Running" && pod.Spec.Containers[0].Command[1] == seconds;
        _ = counts ? running.Add(pod.Metadata.Name) : running.Remove(pod.Metadata.Name);
        if (running.Count == count)
        {
            return;
        }
    }
}
