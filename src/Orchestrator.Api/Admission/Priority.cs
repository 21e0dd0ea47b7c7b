using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Turns the name of a pod's priority class into the number that the scheduler compares.</summary>
/// <remarks>Upstream: plugin/pkg/admission/priority. The two system classes are known even before their objects exist.</remarks>
internal sealed class Priority : IAdmissionPlugin
{
    private const string DefaultPolicy = "PreemptLowerPriority";
    private static readonly GroupResource Classes = new("scheduling.k8s.io", "priorityclasses");

    private static readonly Dictionary<string, long> SystemClasses = new(StringComparer.Ordinal)
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    /// <inheritdoc />
    public string Name => nameof(Priority);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (!attributes.WritesPod() || attributes.Object.Object("spec") is not { } spec)
        {
            return null;
        }

        if (attributes.Operation == AdmissionOperation.Update)
        {
            CarryOver(spec, attributes.OldObject.Object("spec"));
            return null;
        }

        if (Find(spec, attributes) is not { } found)
        {
            return attributes.Forbid($"no PriorityClass with name {spec.Text("priorityClassName")} was found");
        }

        if (spec.Integer("priority") is { } given && given != found.Value)
        {
            return attributes.Forbid(string.Create(CultureInfo.InvariantCulture, $"the integer value of priority ({given}) must not be provided in pod spec; "
                + $"priority admission controller computed {found.Value} from the given PriorityClass name"));
        }

        spec["priority"] = found.Value;
        if (spec.Text("preemptionPolicy") is { Length: > 0 } policy && policy != found.PreemptionPolicy)
        {
            return attributes.Forbid($"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; "
                + $"priority admission controller computed {found.PreemptionPolicy} from the given PriorityClass name");
        }

        spec["preemptionPolicy"] = found.PreemptionPolicy;
        return null;
    }

    /// <inheritdoc />
    public ApiStatus? Validate(AdmissionAttributes attributes)
    {
        if (attributes.Kind.GroupResource != Classes || attributes.Operation == AdmissionOperation.Delete || !attributes.Object.Flag("globalDefault"))
        {
            return null;
        }

        var other = All(attributes).FirstOrDefault(found => found.Flag("globalDefault") && NameOf(found) != attributes.Key.Name);
        return other is null
            ? null
            : attributes.Forbid($"PriorityClass {NameOf(other)} is already marked as default. Only one default can exist");
    }

    private static Resolved? Find(JsonObject spec, AdmissionAttributes attributes)
    {
        var name = spec.Text("priorityClassName");
        if (name.Length == 0)
        {
            // Two defaults may exist for a moment; the lower one is the safer choice.
            var general = All(attributes).Where(found => found.Flag("globalDefault")).MinBy(found => found.Integer("value") ?? 0);
            if (general is null)
            {
                return new Resolved(0, DefaultPolicy);
            }

            spec["priorityClassName"] = NameOf(general);
            return Resolved.From(general);
        }

        return attributes.At.View.Read(Classes.Group, Classes.Resource, "", name) is { } named
            ? Resolved.From(named)
            : SystemClasses.TryGetValue(name, out var value) ? new Resolved(value, DefaultPolicy) : null;
    }

    private static void CarryOver(JsonObject spec, JsonObject? before)
    {
        foreach (var field in new[] { "priority", "preemptionPolicy" })
        {
            if (!spec.Has(field) && before.Has(field))
            {
                spec[field] = before![field]!.DeepClone();
            }
        }
    }

    private static IEnumerable<JsonObject> All(AdmissionAttributes attributes) =>
        attributes.At.View.List(Classes).Select(stored => stored.ToJson()).OfType<JsonObject>();

    private static string NameOf(JsonObject found) => found.Object("metadata").Text("name");

    private sealed record Resolved(long Value, string PreemptionPolicy)
    {
        public static Resolved From(JsonObject found) =>
            new(found.Integer("value") ?? 0, found.Text("preemptionPolicy") is { Length: > 0 } policy ? policy : DefaultPolicy);
    }
}
