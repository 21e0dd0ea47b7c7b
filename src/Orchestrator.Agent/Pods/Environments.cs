using System.Text;
using k8s.Models;
using Orchestrator.Agent.Volumes;

namespace Orchestrator.Agent.Pods;

/// <summary>The environment of a container: what its pod says, in kubelet's order of precedence.</summary>
/// <remarks>Upstream: pkg/kubelet/kubelet_pods.go makeEnvironmentVariables. <c>env</c> wins over <c>envFrom</c>, and both over the variables of
/// Services. A reference sees the variables before it, and those of Services.</remarks>
internal static class Environments
{
    /// <summary>The variables in the order in which they were first named.</summary>
    /// <exception cref="ContainerConfigException">Something that is referenced, and is not optional, is not there.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(V1Pod pod, V1Container container, PodMaterials materials, PodFacts facts)
    {
        var services = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in materials.ServiceEnvironment)
        {
            services[variable.Name] = variable.Value;
        }

        var variables = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in container.EnvFrom ?? [])
        {
            AddAll(variables, source, materials);
        }

        foreach (var variable in container.Env ?? [])
        {
            if (ValueOf(variable, pod, container, materials, facts, name => Reference(name, variables, services)) is { } value)
            {
                variables[variable.Name] = value;
            }
        }

        foreach (var (name, value) in services)
        {
            variables.TryAdd(name, value);
        }

        return [.. variables];
    }

    /// <summary>A word of a command with its references replaced; those to unknown variables stay.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> environment) =>
        VariableExpansion.Expand(text, name => environment.TryGetValue(name, out var value) ? value : $"$({name})");

    private static string Reference(string name, OrderedDictionary<string, string> variables, Dictionary<string, string> services) =>
        variables.TryGetValue(name, out var value) || services.TryGetValue(name, out value) ? value : $"$({name})";

    /// <summary>Every key becomes a variable, whatever it looks like: since 1.34 only <c>=</c> is not allowed, and no key can hold it.</summary>
    private static void AddAll(OrderedDictionary<string, string> variables, V1EnvFromSource source, PodMaterials materials)
    {
        var prefix = source.Prefix ?? "";
        if (source.ConfigMapRef is { } map)
        {
            foreach (var (key, value) in Find(materials.ConfigMaps, map.Name, map.Optional, "configmap")?.Data ?? NoEntries)
            {
                variables[prefix + key] = value;
            }
        }

        if (source.SecretRef is { } secret)
        {
            foreach (var (key, value) in Find(materials.Secrets, secret.Name, secret.Optional, "secret")?.Data ?? NoBytes)
            {
                variables[prefix + key] = Encoding.UTF8.GetString(value);
            }
        }
    }

    /// <summary>A variable's value; null of an optional reference to nothing, which leaves the variable out.</summary>
    private static string? ValueOf(
        V1EnvVar variable, V1Pod pod, V1Container container, PodMaterials materials, PodFacts facts, Func<string, string> reference)
    {
        if (!string.IsNullOrEmpty(variable.Value) || variable.ValueFrom is not { } from)
        {
            return VariableExpansion.Expand(variable.Value ?? "", reference);
        }

        if (from.FieldRef is { } field)
        {
            return DownwardFields.Field(pod, field.FieldPath, facts);
        }

        if (from.ResourceFieldRef is { } resource)
        {
            return DownwardFields.Resource(pod, container, resource, facts);
        }

        if (from.ConfigMapKeyRef is { } map)
        {
            return Find(materials.ConfigMaps, map.Name, map.Optional, "configmap") is { } found
                ? Key(found.Data, map.Key, map.Optional, "ConfigMap", map.Name, pod)
                : null;
        }

        if (from.SecretKeyRef is { } secret)
        {
            return Find(materials.Secrets, secret.Name, secret.Optional, "secret") is { } found
                && Key(found.Data, secret.Key, secret.Optional, "Secret", secret.Name, pod) is { } bytes
                ? Encoding.UTF8.GetString(bytes)
                : null;
        }

        throw new ContainerConfigException($"environment variable {variable.Name}: this source of a value is not supported");
    }

    private static T? Find<T>(IReadOnlyDictionary<string, T> objects, string name, bool? optional, string kind)
        where T : class
    {
        if (objects.TryGetValue(name ?? "", out var found))
        {
            return found;
        }

        return optional == true ? null : throw new ContainerConfigException($"{kind} \"{name}\" not found");
    }

    private static T? Key<T>(IDictionary<string, T>? entries, string key, bool? optional, string kind, string name, V1Pod pod)
        where T : class
    {
        if (entries is not null && entries.TryGetValue(key, out var value))
        {
            return value;
        }

        return optional == true
            ? null
            : throw new ContainerConfigException($"couldn't find key {key} in {kind} {pod.Metadata.NamespaceProperty}/{name}");
    }

    private static readonly Dictionary<string, string> NoEntries = [];

    private static readonly Dictionary<string, byte[]> NoBytes = [];
}
