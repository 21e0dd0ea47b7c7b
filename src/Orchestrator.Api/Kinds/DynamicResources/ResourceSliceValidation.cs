using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The rules of a slice: whose devices it lists, where they are, and the counters that they share.</summary>
/// <remarks>Upstream: validateResourceSliceSpec.</remarks>
internal static class ResourceSliceValidation
{
    private static readonly string[] PlaceFlags = ["allNodes", "perDeviceNodeSelection"];

    /// <summary>Validates a slice.</summary>
    /// <param name="spec">Its spec.</param>
    /// <param name="before">The spec that it had; null when it is new.</param>
    public static Faults Validate(JsonObject spec, JsonObject? before)
    {
        var faults = new Faults();
        var pool = spec.Object("pool");
        DeviceNames.ValidateDriver(spec.Text("driver"), "spec.driver", faults);
        DeviceNames.ValidatePool(pool.Text("name"), "spec.pool.name", faults);
        if (pool.Integer("resourceSliceCount") is null or <= 0)
        {
            faults.Invalid("spec.pool.resourceSliceCount", pool.Integer("resourceSliceCount") ?? 0, "must be greater than zero");
        }

        if (pool.Integer("generation") is { } generation and < 0)
        {
            faults.Invalid("spec.pool.generation", generation, "must be greater than or equal to zero");
        }

        if (before is not null)
        {
            faults.Immutable("spec.pool.name", pool?["name"], before.Object("pool")?["name"]);
            faults.Immutable("spec.driver", spec["driver"], before["driver"]);
            faults.Immutable("spec.nodeName", spec["nodeName"], before["nodeName"]);
        }

        ValidatePlace(spec, faults);
        if (spec.Has("sharedCounters") && spec.Has("devices"))
        {
            faults.Invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed");
        }

        ValidateDevices(spec, before, faults);
        DeviceLists.EachOnce(spec.Items("sharedCounters"), DeviceBounds.CounterSets, "spec.sharedCounters", faults,
            (set, at) => ValidateCounters(set, "name", at, faults), set => set.Text("name"));
        return faults;
    }

    /// <summary>Validates a set of counters, or what a device consumes of one.</summary>
    public static void ValidateCounters(JsonObject set, string nameField, string path, Faults faults)
    {
        if (set.Text(nameField).Length == 0)
        {
            faults.Required($"{path}.{nameField}");
        }
        else
        {
            DeviceNames.ValidateLabel(set.Text(nameField), $"{path}.{nameField}", faults);
        }

        if (set.Object("counters") is not { Count: > 0 } counters)
        {
            faults.Required(path + ".counters");
            return;
        }

        DeviceLists.Entries(counters, DeviceBounds.Counters, DeviceNames.LabelLength, path + ".counters", faults,
            (name, at) => DeviceNames.ValidateLabel(name, at, faults), (_, _) => { });
    }

    /// <summary>Notes the name of a node that cannot be one.</summary>
    public static void ValidateNodeName(string name, string path, Faults faults) => faults.Invalid(path, name, ObjectNames.DnsSubdomainErrors(name));

    private static void ValidatePlace(JsonObject spec, Faults faults)
    {
        var given = new List<string>();
        if (spec.Has("nodeName"))
        {
            if (spec.Text("nodeName") is { Length: > 0 } node)
            {
                given.Add("`nodeName`");
                ValidateNodeName(node, "spec.nodeName", faults);
            }
            else
            {
                faults.Invalid("spec.nodeName", "", "must be either unset or set to a non-empty string");
            }
        }

        if (spec.Object("nodeSelector") is { } selector)
        {
            given.Add("`nodeSelector`");
            AffinityValidation.ValidateNodeSelector(selector, "spec.nodeSelector", faults);
            if (selector.Items("nodeSelectorTerms").Count() != 1)
            {
                faults.Invalid("spec.nodeSelector.nodeSelectorTerms", selector["nodeSelectorTerms"], "must have exactly one node selector term");
            }
        }

        foreach (var flag in PlaceFlags.Where(flag => spec.Has(flag)))
        {
            if (spec.Flag(flag))
            {
                given.Add($"`{flag}`");
            }
            else
            {
                faults.Invalid("spec." + flag, false, "must be either unset or set to true");
            }
        }

        const string one = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
        if (given.Count == 0)
        {
            faults.Required("spec", one);
        }
        else if (given.Count > 1)
        {
            faults.Invalid("spec", $"{{{string.Join(", ", given)}}}", one + ", but multiple fields are set");
        }
    }

    private static void ValidateDevices(JsonObject spec, JsonObject? before, Faults faults)
    {
        var isAdvanced = spec.Items("devices").Any(device => device.Items("taints").Any() || device.Items("consumesCounters").Any() || DeviceValidation.HasLists(device));
        var known = before.Items("devices").GroupBy(device => device.Text("name")).ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        DeviceLists.EachOnce(spec.Items("devices"), isAdvanced ? DeviceBounds.AdvancedDevices : DeviceBounds.Devices, "spec.devices", faults,
            (device, at) => DeviceValidation.Validate(device, known.GetValueOrDefault(device.Text("name")), at, spec.Flag("perDeviceNodeSelection"), faults),
            device => device.Text("name"));
    }
}
