using System.Diagnostics;
using k8s;
using k8s.Models;

namespace Orchestrator.Bench;

/// <summary>What a cluster costs that has ten pods and nothing to do.</summary>
internal static class Idle
{
    private static readonly string[] Parts = ["server", "postgres", "agent"];

    /// <summary>Told, but not added up: every orchestrator on containerd has it.</summary>
    private const string Runtime = "containerd";

    private const int Pods = 10;
    private const string Name = "idle";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>
    /// How long the cluster has been idle when the period begins. In its first minutes the runtime still compiles, one by one, the methods that run now and then;
    /// what it costs for the rest of its days shows after that.
    /// </summary>
    private static readonly (string When, TimeSpan Since)[] Moments = [("just started", TimeSpan.FromSeconds(30)), ("after 5 min", TimeSpan.FromMinutes(5))];

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(options, withNode: true, cancellationToken);
        using var client = new Kubernetes(cluster.Configuration);
        await RunPodsAsync(client, cancellationToken);
        var ready = Stopwatch.GetTimestamp();
        foreach (var (when, since) in Moments)
        {
            await Task.Delay(since - Stopwatch.GetElapsedTime(ready), cancellationToken);
            await MeasureAsync(cluster, when, report, cancellationToken);
        }
    }

    private static async Task MeasureAsync(BenchCluster cluster, string when, Report report, CancellationToken cancellationToken)
    {
        var roots = Parts.Append(Runtime)
            .Select(part => (Part: part, Pid: cluster.ProcessOf(part)))
            .Where(found => found.Pid is not null)
            .ToDictionary(found => found.Part, found => found.Pid!.Value);

        // The server starts the others: each is counted where it belongs, and once.
        var parts = roots
            .Select(root => (Part: root.Key, Tree: ProcessTree.Of(root.Value, [.. roots.Values])))
            .Select(part => (part.Part, part.Tree, Began: ProcessTree.CpuSeconds(part.Tree)))
            .ToList();
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(Period, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (memory, load) = (0.0, 0.0);
        foreach (var (part, tree, cpu) in parts)
        {
            var megabytes = ProcessTree.ProportionalMegabytes(tree);
            var percent = (ProcessTree.CpuSeconds(tree) - cpu) / elapsed * 100;
            report.Add(Name, $"{when}: {part}, memory (PSS)", megabytes, "MB");
            report.Add(Name, $"{when}: {part}, processor", percent, "% of a core");
            (memory, load) = part == Runtime ? (memory, load) : (memory + megabytes, load + percent);
        }

        report.Add(Name, $"{when}: together, memory (PSS)", memory, "MB");
        report.Add(Name, $"{when}: together, processor", load, "% of a core");
    }

    private static async Task RunPodsAsync(Kubernetes client, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while ((await client.CoreV1.ListNamespacedServiceAccountAsync("default", cancellationToken: limit.Token)).Items.Count == 0)
        {
            await Task.Delay(50, limit.Token);
        }

        var labels = new Dictionary<string, string> { ["app"] = "idle" };
        var pod = PodStart.Pod("unused").Spec;
        await client.AppsV1.CreateNamespacedDeploymentAsync(
            new V1Deployment
            {
                Metadata = new V1ObjectMeta { Name = "idle" },
                Spec = new V1DeploymentSpec
                {
                    Replicas = Pods,
                    Selector = new V1LabelSelector { MatchLabels = labels },
                    Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = pod },
                },
            },
            "default", cancellationToken: limit.Token);
        while ((await client.AppsV1.ReadNamespacedDeploymentAsync("idle", "default", cancellationToken: limit.Token)).Status?.AvailableReplicas != Pods)
        {
            await Task.Delay(200, limit.Token);
        }
    }
}
