using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PriorityClasses;

/// <summary>What PriorityClasses add to the common write path: the number of a class stays, for pods carry copies of it.</summary>
/// <remarks>Upstream: ValidatePriorityClass and ValidatePriorityClassUpdate.</remarks>
internal sealed class PriorityClassStrategy : KindStrategy
{
    private const string SystemPrefix = "system-";

    /// <summary>Values beyond are for the cluster's own classes.</summary>
    private const long HighestOfUsers = 1_000_000_000;

    private static readonly Dictionary<string, long> SystemClasses = new(StringComparer.Ordinal)
    {
        ["system-node-critical"] = 2_000_001_000, ["system-cluster-critical"] = 2_000_000_000,
    };

    /// <inheritdoc />
    public override GroupResource Resource => new("scheduling.k8s.io", "priorityclasses");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => obj.DefaultText("preemptionPolicy", "PreemptLowerPriority");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var name = obj.Object("metadata").Text("name");
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (NoSystemClass(name, obj) is { } why)
            {
                faults.Forbidden("metadata.name", $"priority class names with '{SystemPrefix}' prefix are reserved for system use only. error: {why}");
            }
        }
        else if (obj.Integer("value") > HighestOfUsers)
        {
            faults.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestOfUsers}");
        }

        faults.OneOfIfSet("preemptionPolicy", obj.Text("preemptionPolicy"), EnumTypes.PreemptionPolicy);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        if ((obj.Integer("value") ?? 0) != (old.Integer("value") ?? 0))
        {
            faults.Forbidden("value", "may not be changed in an update.");
        }

        faults.Immutable("preemptionPolicy", obj["preemptionPolicy"], old["preemptionPolicy"]);
        return faults;
    }

    /// <summary>Why a class with the prefix is none of the cluster's own, or null.</summary>
    private static string? NoSystemClass(string name, JsonObject obj) =>
        !SystemClasses.TryGetValue(name, out var value) ? $"{name} is not a known system priority class"
        : obj.Integer("value") != value ? $"value of {name} PriorityClass must be {value}"
        : obj.Flag("globalDefault") ? $"globalDefault of {name} PriorityClass must be false"
        : null;
}
