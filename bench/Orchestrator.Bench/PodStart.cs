using System.Diagnostics;
using System.Globalization;
using k8s;
using k8s.Models;

namespace Orchestrator.Bench;

/// <summary>From the request that creates a pod to the watch event that says Running; and, in turns with it on the same machine, the runtime's own share.</summary>
internal static class PodStart
{
    private const string Namespace = "bench";
    private const string Name = "pod-start";

    /// <summary>Pods at a time, and how often: enough for a p99 of the single pod to mean something, few enough to end within minutes.</summary>
    private static readonly (int Pods, int Rounds)[] Loads = [(1, 20), (10, 4), (50, 1)];

    private const int WarmUpRounds = 4;
    private const int WarmUpPods = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await using var cluster = await BenchCluster.StartAsync(options, withNode: true, cancellationToken);
        using var client = new Kubernetes(cluster.Configuration);
        using var runtime = new BareRuntime(cluster.ContainerdSocket);
        await client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = Namespace } }, cancellationToken: cancellationToken);
        await AccountAsync(client, cancellationToken);

        // The very first pays for code that is compiled and pages that are read: it has a line of its own, and so many follow unmeasured that the paths are compiled for good.
        report.Add(Name, $"{options.Runtime}: the first pod after the cluster's start, to Running", await StartAsync(client, runtime, "first", 1, cancellationToken));
        for (var round = 0; round < WarmUpRounds; round++)
        {
            await StartAsync(client, runtime, string.Create(CultureInfo.InvariantCulture, $"warm-{round}-"), WarmUpPods, cancellationToken);
        }

        await runtime.StartAsync("warm", cancellationToken);
        var bare = new List<TimeSpan>();
        foreach (var (pods, rounds) in Loads)
        {
            var times = new List<TimeSpan>();
            for (var round = 0; round < rounds; round++)
            {
                var prefix = string.Create(CultureInfo.InvariantCulture, $"p{pods}-{round}-");
                times.AddRange(await StartAsync(client, runtime, prefix, pods, cancellationToken));
                if (pods == 1)
                {
                    bare.Add(await runtime.StartAsync(prefix, cancellationToken));
                }
            }

            report.Add(Name, string.Create(CultureInfo.InvariantCulture, $"{options.Runtime}: {pods} pod(s) at a time, to Running"), times);
        }

        report.Add(Name, $"{options.Runtime}: the bare CRI calls for one pod", bare);
    }

    private static async Task<List<TimeSpan>> StartAsync(Kubernetes client, BareRuntime runtime, string prefix, int count, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var began = new Dictionary<string, long>();
        var took = new List<TimeSpan>();
        var list = await client.CoreV1.ListNamespacedPodAsync(Namespace, cancellationToken: limit.Token);
        var changes = client.CoreV1.WatchListNamespacedPodAsync(Namespace, resourceVersion: list.Metadata.ResourceVersion, cancellationToken: limit.Token);
        var seen = Task.Run(
            async () =>
            {
                await foreach (var (_, pod) in changes)
                {
                    lock (began)
                    {
                        if (pod.Status?.Phase == "Running" && began.Remove(pod.Metadata.Name, out var at))
                        {
                            took.Add(Stopwatch.GetElapsedTime(at));
                        }
                    }

                    if (took.Count == count)
                    {
                        return;
                    }
                }
            },
            limit.Token);
        await Task.WhenAll(Enumerable.Range(0, count).Select(index =>
        {
            var name = prefix + index.ToString(CultureInfo.InvariantCulture);
            lock (began)
            {
                began[name] = Stopwatch.GetTimestamp();
            }

            return client.CoreV1.CreateNamespacedPodAsync(Pod(name), Namespace, cancellationToken: limit.Token);
        }));
        await seen;
        await ClearAsync(client, runtime, limit.Token);
        return took;
    }

    /// <summary>The pods go before the next round begins, from the API and from the runtime, so that each round has the machine to itself.</summary>
    /// <remarks>A pod deleted without grace is gone from the API at once; its process has a second to end, and its network is taken down after that.</remarks>
    private static async Task ClearAsync(Kubernetes client, BareRuntime runtime, CancellationToken cancellationToken)
    {
        await client.CoreV1.DeleteCollectionNamespacedPodAsync(
            Namespace, body: new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cancellationToken);
        while (await runtime.SandboxesAsync(cancellationToken) > 0)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    private static async Task AccountAsync(Kubernetes client, CancellationToken cancellationToken)
    {
        while ((await client.CoreV1.ListNamespacedServiceAccountAsync(Namespace, cancellationToken: cancellationToken)).Items.Count == 0)
        {
            await Task.Delay(20, cancellationToken);
        }
    }

    internal static V1Pod Pod(string name) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1PodSpec
        {
            TerminationGracePeriodSeconds = 0,
            Containers = [new V1Container { Name = "main", Image = BareRuntime.Image, ImagePullPolicy = "IfNotPresent", Command = ["sleep", "3600"] }],
        },
    };
}
