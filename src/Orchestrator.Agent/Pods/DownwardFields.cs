using System.Globalization;
using System.Text;
using k8s.Models;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Agent.Pods;

/// <summary>The downward API: what a pod may read of itself, as variables and as files.</summary>
/// <remarks>Upstream: pkg/fieldpath and pkg/api/v1/resource. Pure.</remarks>
internal static class DownwardFields
{
    /// <summary>The text behind a field path.</summary>
    /// <exception cref="ContainerConfigException">There is no such field.</exception>
    public static string Field(V1Pod pod, string path, PodFacts? facts)
    {
        if (Subscript(path) is var (map, key))
        {
            return map switch
            {
                "metadata.annotations" => Value(pod.Metadata.Annotations, key),
                "metadata.labels" => Value(pod.Metadata.Labels, key),
                _ => throw new ContainerConfigException($"invalid subscript in fieldPath: {path}"),
            };
        }

        return path switch
        {
            "metadata.name" => pod.Metadata.Name ?? "",
            "metadata.namespace" => pod.Metadata.NamespaceProperty ?? "",
            "metadata.uid" => pod.Metadata.Uid ?? "",
            "metadata.labels" => Lines(pod.Metadata.Labels),
            "metadata.annotations" => Lines(pod.Metadata.Annotations),
            "spec.nodeName" => facts?.NodeName ?? pod.Spec.NodeName ?? "",
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
            "status.hostIP" => facts?.HostIps is [var host, ..] ? host : pod.Status?.HostIP ?? "",
            "status.hostIPs" => string.Join(',', facts?.HostIps ?? []),
            "status.podIP" => facts?.PodIps is [var own, ..] ? own : "",
            "status.podIPs" => string.Join(',', facts?.PodIps ?? []),
            _ => throw new ContainerConfigException($"unsupported fieldPath: {path}"),
        };
    }

    /// <summary>The number behind a resource, in units of the divisor and rounded up. A limit that is not set is what the node has.</summary>
    /// <exception cref="ContainerConfigException">There is no such container or resource.</exception>
    public static string Resource(V1Pod pod, V1Container? self, V1ResourceFieldSelector selector, PodFacts? facts)
    {
        var container = string.IsNullOrEmpty(selector.ContainerName) ? self : Containers(pod).FirstOrDefault(one => one.Name == selector.ContainerName);
        if (container is null)
        {
            throw new ContainerConfigException($"container {selector.ContainerName} not found");
        }

        var (isLimit, name) = selector.Resource switch
        {
            ['l', 'i', 'm', 'i', 't', 's', '.', .. var rest] => (true, rest),
            ['r', 'e', 'q', 'u', 'e', 's', 't', 's', '.', .. var rest] => (false, rest),
            _ => throw Unsupported(selector),
        };
        if (name is not ("cpu" or "memory" or "ephemeral-storage") && !name.StartsWith("hugepages-", StringComparison.Ordinal))
        {
            throw Unsupported(selector);
        }

        var amount = isLimit ? Limit(pod, container, name, facts) : Read(container.Resources?.Requests, name) ?? Quantity.Zero;
        var divisor = selector.Divisor is { } given && Quantity.TryParse(given.ToString(), out var parsed) && !parsed.IsZero ? parsed : new Quantity(1);
        var quotient = name == "cpu"
            ? Math.Ceiling((double)amount.MilliValue / divisor.MilliValue)
            : Math.Ceiling((double)amount.Value / divisor.Value);
        return ((long)quotient).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A map as the downward API writes it: sorted lines of <c>key="value"</c>.</summary>
    public static string Lines(IDictionary<string, string>? map) => string.Join(
        '\n', (map ?? new Dictionary<string, string>()).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={Quoted(entry.Value)}"));

    private static Quantity Limit(V1Pod pod, V1Container container, string name, PodFacts? facts)
    {
        if (Read(container.Resources?.Limits, name) is { IsZero: false } own)
        {
            return own;
        }

        if (Read(pod.Spec.Resources?.Limits, name) is { IsZero: false } ofPod)
        {
            return ofPod;
        }

        return name switch
        {
            "cpu" => facts?.AllocatableCpu ?? Quantity.Zero,
            "memory" => facts?.AllocatableMemory ?? Quantity.Zero,
            "ephemeral-storage" => facts?.AllocatableEphemeralStorage ?? Quantity.Zero,
            _ => Quantity.Zero,
        };
    }

    private static Quantity? Read(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var text) && Quantity.TryParse(text?.ToString(), out var amount) ? amount : null;

    private static IEnumerable<V1Container> Containers(V1Pod pod) => pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []);

    private static string Value(IDictionary<string, string>? map, string key) => map is not null && map.TryGetValue(key, out var value) ? value : "";

    /// <summary>The parts of <c>metadata.labels['app']</c>; null of a path without a subscript.</summary>
    private static (string Map, string Key)? Subscript(string path)
    {
        var open = path.IndexOf("['", StringComparison.Ordinal);
        return open > 0 && path.EndsWith("']", StringComparison.Ordinal) && path.Length >= open + 4 ? (path[..open], path[(open + 2)..^2]) : null;
    }

    /// <summary>A value in double quotes with Go's escapes, which is what programs that read these files parse.</summary>
    private static string Quoted(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                < ' ' or 0x7f => quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ when IsPrintable(rune) => quoted.Append(rune.ToString()),
                <= 0xffff => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static ContainerConfigException Unsupported(V1ResourceFieldSelector selector) => new($"unsupported container resource : {selector.Resource}");
}
