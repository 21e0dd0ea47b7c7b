using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Deployments;

/// <summary>One pass over one Deployment: its replica sets as they stand and as the steps of the pass change them. Lives for the pass only.</summary>
internal sealed class Rollout
{
    private readonly List<PlannedWrite> _events = [];

    public Rollout(Typed<V1Deployment> deployment, IEnumerable<RolloutSet> sets, DateTimeOffset now)
    {
        Deployment = deployment;
        Now = now;
        Document = Typed.Document(deployment.Stored);
        Template = PodTemplates.Identity(Document["spec"]!["template"]!);
        Sets = [.. sets.OrderBy(set => set.Created).ThenBy(set => set.Name, StringComparer.Ordinal)];
        Current = Sets.FirstOrDefault(set => set.Template == Template);
        Conditions = [.. (deployment.Value.Status?.Conditions ?? []).Select(DeploymentCondition.From)];
    }

    public Typed<V1Deployment> Deployment { get; }

    public DateTimeOffset Now { get; }

    public JsonObject Document { get; }

    /// <summary>The template's identity; a replica set with the same is the current one.</summary>
    public string Template { get; }

    /// <summary>All replica sets, oldest first.</summary>
    public List<RolloutSet> Sets { get; }

    /// <summary>The replica set of the present template; null until it is created.</summary>
    public RolloutSet? Current { get; private set; }

    /// <summary>The replica sets of earlier templates, oldest first.</summary>
    public IEnumerable<RolloutSet> Old => Sets.Where(set => set != Current);

    /// <summary>The conditions, as this pass changes them.</summary>
    public List<DeploymentCondition> Conditions { get; }

    /// <summary>The deployment's revision annotation, when this pass changes it.</summary>
    public string? NewRevision { get; set; }

    /// <summary>How often a name was taken by another template; part of the hash.</summary>
    public int? CollisionCount { get; set; }

    public int Replicas => Deployment.Value.Spec.Replicas ?? 1;

    public bool IsRecreate => Deployment.Value.Spec.Strategy?.Type == "Recreate";

    public bool IsPaused => Deployment.Value.Spec.Paused == true;

    /// <summary>Upstream treats the largest integer as no deadline.</summary>
    public bool HasProgressDeadline => Deployment.Value.Spec.ProgressDeadlineSeconds is not (null or int.MaxValue);

    public int MaxSurge => IsRecreate ? 0 : Fenceposts().Surge;

    public int MaxUnavailable => IsRecreate || Replicas == 0 ? 0 : Math.Min(Fenceposts().Unavailable, Replicas);

    public DeploymentCondition? Condition(string type) => Conditions.Find(condition => condition.Type == type);

    /// <summary>Sets a condition; one with the same status and reason stays as it is, with its times and message.</summary>
    public void Set(DeploymentCondition condition)
    {
        var present = Condition(condition.Type);
        if (present is not null && present.Status == condition.Status && present.Reason == condition.Reason)
        {
            return;
        }

        Conditions.RemoveAll(known => known.Type == condition.Type);
        Conditions.Add(present is not null && present.Status == condition.Status ? condition with { LastTransition = present.LastTransition } : condition);
    }

    /// <summary>Changes how many pods a replica set is to have and what it knows of the whole; says so in an Event.</summary>
    public bool Scale(RolloutSet set, int replicas)
    {
        if (set.Replicas == replicas)
        {
            return false;
        }

        var direction = replicas > set.Replicas ? "up" : "down";
        Say("ScalingReplicaSet", $"Scaled {direction} replica set {set.Name} from {set.Replicas} to {replicas}");
        set.Replicas = replicas;
        Annotate(set);
        return true;
    }

    /// <summary>Writes the wanted and the highest number of pods on a replica set: proportional scaling starts from them.</summary>
    public void Annotate(RolloutSet set)
    {
        set.Annotations[DeploymentAnnotations.DesiredReplicas] = Replicas.ToString(CultureInfo.InvariantCulture);
        set.Annotations[DeploymentAnnotations.MaxReplicas] = (Replicas + MaxSurge).ToString(CultureInfo.InvariantCulture);
    }

    public void Add(RolloutSet created)
    {
        Sets.Add(created);
        Current = created;
    }

    public void Say(string reason, string message, string type = "Normal") =>
        _events.Add(new PlannedWrite.Event(Deployment.Key, Kinds.Deployment, Deployment.Uid, type, reason, message));

    /// <summary>The writes of the pass: replica sets, then the deployment's annotations, then what is to be said.</summary>
    public IEnumerable<PlannedWrite> Writes()
    {
        foreach (var set in Sets)
        {
            if (set.Write(Deployment) is { } write)
            {
                yield return write;
            }
        }

        if (NewRevision is not null)
        {
            var annotations = new JsonObject { [DeploymentAnnotations.Revision] = NewRevision };
            yield return new PlannedWrite.Patch(
                Deployment.Key, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }, "", Deployment.ResourceVersion);
        }

        foreach (var said in _events)
        {
            yield return said;
        }
    }

    // Both may come to nothing by rounding; then one pod may be missing, or no rollout could ever move.
    private (int Surge, int Unavailable) Fenceposts()
    {
        var rolling = Deployment.Value.Spec.Strategy?.RollingUpdate;
        var surge = Amounts.Of(rolling?.MaxSurge, Replicas, roundUp: true, "25%");
        var unavailable = Amounts.Of(rolling?.MaxUnavailable, Replicas, roundUp: false, "25%");
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }
}
