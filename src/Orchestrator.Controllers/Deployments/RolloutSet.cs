using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Deployments;

/// <summary>A replica set within a rollout: as stored, with the changes that the pass makes.</summary>
internal sealed class RolloutSet
{
    private readonly Typed<V1ReplicaSet>? _stored;
    private readonly JsonObject? _document;
    private readonly int _storedReplicas;

    /// <summary>One that exists.</summary>
    public RolloutSet(Typed<V1ReplicaSet> stored)
    {
        _stored = stored;
        _storedReplicas = stored.Value.Spec.Replicas ?? 1;
        Replicas = _storedReplicas;
        Template = PodTemplates.Identity(Typed.Document(stored.Stored)["spec"]!["template"]!);
        MinReadySeconds = stored.Value.Spec.MinReadySeconds ?? 0;
        Annotations = new Dictionary<string, string>(stored.Meta.Annotations ?? new Dictionary<string, string>());
        Created = stored.Meta.CreationTimestamp.Instant() ?? DateTimeOffset.MinValue;
        Name = stored.Name;
        Uid = stored.Uid;
    }

    /// <summary>One that the pass creates from this document.</summary>
    public RolloutSet(JsonObject document, string template, DateTimeOffset now)
    {
        _document = document;
        Template = template;
        Annotations = [];
        Created = now;
        Name = (string)document["metadata"]!["name"]!;
        Uid = "";
    }

    public string Name { get; }

    /// <summary>The uid; empty while it is being created.</summary>
    public string Uid { get; }

    public string Template { get; }

    public DateTimeOffset Created { get; }

    /// <summary>How many pods it is to have: spec.replicas.</summary>
    public int Replicas { get; set; }

    public int MinReadySeconds { get; set; }

    public Dictionary<string, string> Annotations { get; }

    /// <summary>Remove it with this pass: it is beyond the history that is kept.</summary>
    public bool IsExpired { get; set; }

    public V1ReplicaSetStatus? Status => _stored?.Value.Status;

    public int ActualReplicas => Status?.Replicas ?? 0;

    public int AvailableReplicas => Status?.AvailableReplicas ?? 0;

    public bool IsActive => Replicas > 0;

    /// <summary>No pods wanted or left, and its controller has seen that.</summary>
    public bool IsRetired => Replicas == 0 && ActualReplicas == 0 && _stored is { IsDeleting: false } && _stored.Meta.Generation <= (Status?.ObservedGeneration ?? 0);

    public bool IsDeleting => _stored?.IsDeleting == true;

    public long Revision =>
        Annotations.TryGetValue(DeploymentAnnotations.Revision, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : 0;

    /// <summary>A number that an annotation holds; null when it does not.</summary>
    public int? Number(string annotation) =>
        Annotations.TryGetValue(annotation, out var text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>The one write that brings the stored replica set to this; null when it is that already.</summary>
    public PlannedWrite? Write(Typed<V1Deployment> deployment)
    {
        if (_stored is null)
        {
            return Creation(deployment);
        }

        if (IsExpired)
        {
            return new PlannedWrite.Delete(_stored.Key, _stored.Uid);
        }

        var patch = new JsonObject();
        var annotations = new JsonObject();
        foreach (var (name, value) in Annotations)
        {
            if (LabelSelectors.Value(_stored.Meta.Annotations, name) != value)
            {
                annotations[name] = value;
            }
        }

        if (annotations.Count > 0)
        {
            patch["metadata"] = new JsonObject { ["annotations"] = annotations };
        }

        var spec = new JsonObject();
        if (Replicas != _storedReplicas)
        {
            spec["replicas"] = Replicas;
        }

        if (MinReadySeconds != (_stored.Value.Spec.MinReadySeconds ?? 0))
        {
            spec["minReadySeconds"] = MinReadySeconds;
        }

        if (spec.Count > 0)
        {
            patch["spec"] = spec;
        }

        return patch.Count == 0 ? null : new PlannedWrite.Patch(_stored.Key, patch, "", _stored.ResourceVersion);
    }

    private PlannedWrite.Create Creation(Typed<V1Deployment> deployment)
    {
        var document = _document!.DeepClone().AsObject();
        document["metadata"]!["annotations"] = new JsonObject(Annotations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        document["spec"]!["replicas"] = Replicas;
        if (MinReadySeconds != 0)
        {
            document["spec"]!["minReadySeconds"] = MinReadySeconds;
        }

        return new PlannedWrite.Create(Resources.ReplicaSets.Key(deployment.Key.Namespace, Name), document);
    }
}
