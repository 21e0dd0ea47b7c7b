using System.Globalization;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>What a Deployment writes on its replica sets: revisions for the history, counts for proportional scaling (upstream: deployment_util.go).</summary>
internal static class DeploymentAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    // Upstream's limit; beyond it the oldest revisions are forgotten.
    private const int MaxHistoryLength = 2000;

    private static readonly HashSet<string> NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration", Revision, RevisionHistory, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to",
    ];

    /// <summary>Brings the annotations of the current replica set up to date: copies the deployment's and moves it to the newest revision.</summary>
    public static void Update(Rollout rollout, RolloutSet set, bool exists)
    {
        foreach (var (name, value) in rollout.Deployment.Meta.Annotations ?? new Dictionary<string, string>())
        {
            if (!NotCopied.Contains(name))
            {
                set.Annotations[name] = value;
            }
        }

        var newest = rollout.Sets.Where(known => known != set).Select(known => known.Revision).DefaultIfEmpty().Max() + 1;
        if (set.Revision < newest)
        {
            var before = LabelSelectors.Value(set.Annotations, Revision);
            set.Annotations[Revision] = newest.ToString(CultureInfo.InvariantCulture);
            if (before is not null)
            {
                set.Annotations[RevisionHistory] = Longer(LabelSelectors.Value(set.Annotations, RevisionHistory), before);
            }
        }

        if (!exists)
        {
            rollout.Annotate(set);
        }

        var revision = set.Annotations[Revision];
        if (LabelSelectors.Value(rollout.Deployment.Meta.Annotations, Revision) != revision)
        {
            rollout.NewRevision = revision;
        }
    }

    /// <summary>The annotations of a deployment that goes back to a replica set's revision: the set's, but for those that the deployment alone has.</summary>
    public static Dictionary<string, string> AfterRollback(IDictionary<string, string> deployment, IDictionary<string, string> set) =>
        deployment.Where(pair => NotCopied.Contains(pair.Key))
            .Concat(set.Where(pair => !NotCopied.Contains(pair.Key)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);

    private static string Longer(string? history, string revision)
    {
        var revisions = new List<string>((history ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)) { revision };
        while (revisions.Count > 1 && revisions.Sum(known => known.Length + 1) > MaxHistoryLength)
        {
            revisions.RemoveAt(0);
        }

        return string.Join(',', revisions);
    }
}
