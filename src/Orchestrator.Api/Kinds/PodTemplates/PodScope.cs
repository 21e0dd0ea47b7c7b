using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>What the containers of a pod may refer to, and whether the pod is real or a template.</summary>
/// <param name="Volumes">The pod's volumes by name.</param>
/// <param name="IsTemplate">True for a template, which may leave to the Pod what the Pod's defaults fill in.</param>
internal sealed record PodScope(IReadOnlyDictionary<string, JsonObject> Volumes, bool IsTemplate);
