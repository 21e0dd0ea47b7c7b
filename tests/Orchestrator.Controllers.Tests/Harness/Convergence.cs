using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.TestKit.Builders;

namespace Orchestrator.Controllers.Tests.Harness;

/// <summary>Runs controllers and a simulated kubelet over a fake cluster, in an order that a seed decides, until nothing changes.</summary>
internal sealed class Convergence(FakeCluster cluster, IReadOnlyList<IReconciler> reconcilers, int seed = 1)
{
    private const int MostRounds = 2000;
    private static readonly GroupResource Pods = new("", "pods");
    private readonly Random _random = new(seed);

    /// <summary>Called after every applied plan and kubelet step: the place for what must hold at all times.</summary>
    public Action AfterEachStep { get; init; } = () => { };

    /// <summary>Whether a pod can become ready; false keeps it running and unready.</summary>
    public Func<JsonObject, bool> BecomesReady { get; init; } = _ => true;

    public void Run()
    {
        var idle = 0;
        for (var round = 0; round < MostRounds; round++)
        {
            var before = Fingerprint();
            var reconciler = reconcilers[_random.Next(reconcilers.Count)];
            foreach (var key in reconciler.AllKeys(cluster).ToList())
            {
                cluster.Apply(reconciler.Reconcile(key, cluster, cluster.Now));
                AfterEachStep();
            }

            if (_random.Next(2) == 0)
            {
                Kubelet();
                AfterEachStep();
            }

            cluster.Now += TimeSpan.FromSeconds(1);
            idle = before == Fingerprint() ? idle + 1 : 0;
            if (idle > 12 * reconcilers.Count)
            {
                return;
            }
        }

        Assert.Fail($"not stable after {MostRounds} rounds with seed {seed}:\n{cluster}");
    }

    // One step of life for some of the pods: bound, then running, then ready; a deleted one goes.
    private void Kubelet()
    {
        foreach (var stored in cluster.List(Pods))
        {
            var pod = FakeCluster.Read(stored);
            if (_random.Next(3) == 0)
            {
                continue;
            }

            if (pod["metadata"]!["deletionTimestamp"] is not null)
            {
                cluster.Remove(stored.Key);
            }
            else if (pod["spec"]!["nodeName"] is null)
            {
                cluster.Change(stored.Key, document => document["spec"]!["nodeName"] = "node-" + _random.Next(3).ToString(CultureInfo.InvariantCulture));
            }
            else if ((string?)pod["status"]?["phase"] != "Running")
            {
                cluster.Change(stored.Key, document => document.Child("status")["phase"] = "Running");
            }
            else if (pod["status"]!["conditions"] is null && BecomesReady(pod))
            {
                cluster.Change(stored.Key, document => document["status"]!["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["lastTransitionTime"] = cluster.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                }));
            }
        }
    }

    private string Fingerprint() => string.Join(',', cluster.All.Select(stored => $"{stored.Key}@{stored.Revision}"));
}
