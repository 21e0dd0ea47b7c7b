using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of references to fields of the pod (the downward API).</summary>
/// <remarks>Upstream: validateObjectFieldSelector, validateContainerResourceFieldSelector and ConvertDownwardAPIFieldLabel.</remarks>
internal static class FieldReferences
{
    /// <summary>What an environment variable may refer to.</summary>
    public static readonly string[] OfEnvironment =
        ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"];

    /// <summary>What a file of a volume may refer to.</summary>
    public static readonly string[] OfVolumes = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.restartPolicy",
        "spec.serviceAccountName", "spec.schedulerName", "status.phase", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs", "spec.host",
    };

    private static readonly string[] Resources =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    /// <summary>Validates a fieldRef.</summary>
    public static void Validate(JsonObject reference, string[] supported, string path, Faults faults)
    {
        if (reference.Text("apiVersion").Length == 0)
        {
            faults.Required(path + ".apiVersion");
            return;
        }

        var field = reference.Text("fieldPath");
        if (field.Length == 0)
        {
            faults.Required(path + ".fieldPath");
            return;
        }

        var (name, key) = Split(field);
        if (key is not null && name is not ("metadata.annotations" or "metadata.labels"))
        {
            faults.Invalid(path + ".fieldPath", field, $"error converting fieldPath: field label does not support subscript: {name}");
        }
        else if (!Known.Contains(name))
        {
            faults.Invalid(path + ".fieldPath", field, $"error converting fieldPath: field label not supported: {field}");
        }
        else if (key is not null)
        {
            faults.Invalid(path, key, ObjectNames.QualifiedNameErrors(name == "metadata.annotations" ? key.ToLowerInvariant() : key));
        }
        else
        {
            faults.OneOfIfSet(path + ".fieldPath", field, supported);
        }
    }

    /// <summary>Validates a resourceFieldRef.</summary>
    public static void ValidateResource(JsonObject reference, bool needsContainer, string path, Faults faults)
    {
        if (needsContainer && reference.Text("containerName").Length == 0)
        {
            faults.Required(path + ".containerName");
        }
        else if (reference.Text("resource") is not { Length: > 0 } resource)
        {
            faults.Required(path + ".resource");
        }
        else if (!resource.StartsWith("requests.hugepages-", StringComparison.Ordinal) && !resource.StartsWith("limits.hugepages-", StringComparison.Ordinal))
        {
            faults.OneOfIfSet(path + ".resource", resource, Resources);
        }
    }

    /// <summary>Splits <c>metadata.labels['x']</c> into the field and the key; without a key, null.</summary>
    private static (string Name, string? Key) Split(string field)
    {
        var open = field.IndexOf("['", StringComparison.Ordinal);
        return open > 0 && field.EndsWith("']", StringComparison.Ordinal) && field.Length >= open + 4
            ? (field[..open], field[(open + 2)..^2])
            : (field, null);
    }
}
