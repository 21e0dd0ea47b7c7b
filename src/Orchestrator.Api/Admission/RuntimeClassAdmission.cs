using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Quotas;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Brings what a RuntimeClass says about its pods into them: their overhead, and the nodes that can run them.</summary>
/// <remarks>Upstream: plugin/pkg/admission/runtimeclass.</remarks>
internal sealed class RuntimeClassAdmission : IAdmissionPlugin
{
    private const string Mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

    /// <inheritdoc />
    public string Name => "RuntimeClass";

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!attributes.CreatesPod() || attributes.Object.Object("spec") is not { } spec || spec.Text("runtimeClassName") is not { Length: > 0 } name)
        {
            return null;
        }

        if (attributes.At.View.Read("node.k8s.io", "runtimeclasses", "", name) is not { } found)
        {
            return attributes.Forbid($"pod rejected: RuntimeClass \"{name}\" not found");
        }

        if (SetOverhead(spec, found.Object("overhead").Object("podFixed")) is { } mismatch)
        {
            return attributes.Forbid(mismatch);
        }

        return found.Object("scheduling") is { } scheduling && SetScheduling(spec, scheduling) is { } conflict ? attributes.Forbid(conflict) : null;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (!attributes.CreatesPod() || attributes.Object.Object("spec") is not { } spec)
        {
            return null;
        }

        var name = spec.Text("runtimeClassName");
        var overhead = name.Length == 0 ? null : attributes.At.View.Read("node.k8s.io", "runtimeclasses", "", name).Object("overhead");
        return overhead is not null
            ? Same(spec.Object("overhead"), overhead.Object("podFixed")) ? null : attributes.Forbid(Mismatch)
            : spec.Object("overhead") is { Count: > 0 } ? attributes.Forbid("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead") : null;
    }

    private static bool Same(JsonObject? given, JsonObject? wanted) => ResourceAmounts.Read(given).SequenceEqual(ResourceAmounts.Read(wanted));

    private static string? SetOverhead(JsonObject spec, JsonObject? wanted)
    {
        if (wanted is not { Count: > 0 })
        {
            return null;
        }

        if (spec.Object("overhead") is { Count: > 0 } given && !Same(given, wanted))
        {
            return Mismatch;
        }

        spec["overhead"] = wanted.DeepClone();
        return null;
    }

    private static string? SetScheduling(JsonObject spec, JsonObject scheduling)
    {
        foreach (var (key, value) in scheduling.Map("nodeSelector"))
        {
            var selector = spec.Ensure("nodeSelector");
            if (selector.ContainsKey(key) && selector.Text(key) != value)
            {
                return $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {selector.Text(key)}";
            }

            selector[key] = value;
        }

        var given = spec.Items("tolerations").ToList();
        foreach (var toleration in scheduling.Items("tolerations").Where(wanted => !given.Exists(known => JsonNode.DeepEquals(known, wanted))))
        {
            if (spec.Array("tolerations") is not { } tolerations)
            {
                tolerations = [];
                spec["tolerations"] = tolerations;
            }

            tolerations.Add(toleration.DeepClone());
        }

        return null;
    }
}
