using System.Reflection;
using k8s.Models;
using Orchestrator.Api.Identity;

namespace Orchestrator.Client;

/// <summary>The kind that a model class stands for, read once from its attribute.</summary>
internal static class ModelKind<T>
{
    private static readonly KubernetesEntityAttribute Attribute = typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()
        ?? throw new ArgumentException($"{typeof(T).Name} is not the model of a Kubernetes kind");

    public static GroupVersionKind Kind { get; } = new(Attribute.Group, Attribute.ApiVersion, Attribute.Kind);

    public static GroupResource Resource { get; } = new(Attribute.Group, Attribute.PluralName);

    public static ObjectKey Key(string ns, string name) => new(Resource.Group, Resource.Resource, ns, name);
}
