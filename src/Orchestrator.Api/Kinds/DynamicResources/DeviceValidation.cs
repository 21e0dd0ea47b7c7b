using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The rules of one device of a slice.</summary>
/// <remarks>Upstream: validateDevice and its kin.</remarks>
internal static partial class DeviceValidation
{
    private const string OnePlace = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

    private static readonly string[] OneValues = ["bool", "int", "string", "version"];

    private static readonly string[] ListValues = ["bools", "ints", "strings", "versions"];

    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Version { get; }

    /// <summary>Whether an attribute of the device has a list for its value.</summary>
    public static bool HasLists(JsonObject device) =>
        device.Object("attributes") is { } attributes && attributes.Any(entry => Array.Exists(ListValues, list => (entry.Value as JsonObject).Has(list)));

    /// <summary>Validates a device.</summary>
    /// <param name="device">It.</param>
    /// <param name="before">The device of its name that the slice had; null: none.</param>
    /// <param name="path">Its path.</param>
    /// <param name="saysWhere">True: each device of the slice says on which nodes it is.</param>
    /// <param name="faults">Where faults are noted.</param>
    public static void Validate(JsonObject device, JsonObject? before, string path, bool saysWhere, Faults faults)
    {
        DeviceNames.ValidateLabel(device.Text("name"), path + ".name", faults);
        var (attributes, capacity) = (device.Object("attributes"), device.Object("capacity"));
        if ((attributes?.Count ?? 0) + (capacity?.Count ?? 0) is var total && total > DeviceBounds.AttributesAndCapacities)
        {
            faults.Invalid(path, total, $"the total number of attributes and capacities must not exceed {DeviceBounds.AttributesAndCapacities}");
        }

        DeviceLists.Entries(attributes, int.MaxValue, DeviceNames.QualifiedLength, path + ".attributes", faults,
            (name, at) => DeviceNames.ValidateQualified(name, at, faults), (value, at) => ValidateAttribute(value as JsonObject, at, faults));
        if (before is null || !JsonReading.Same(capacity, before["capacity"]))
        {
            DeviceLists.Entries(capacity, int.MaxValue, DeviceNames.QualifiedLength, path + ".capacity", faults,
                (name, at) => DeviceNames.ValidateQualified(name, at, faults),
                (value, at) => CapacityPolicies.Validate(value as JsonObject, device.Flag("allowMultipleAllocations"), at, faults));
        }

        if (before is null || !JsonReading.Same(device["taints"], before["taints"]))
        {
            DeviceLists.Each(device.Items("taints"), DeviceBounds.Taints, path + ".taints", faults, (taint, at) => DeviceTolerations.ValidateTaint(taint, at, faults));
        }

        DeviceLists.EachOnce(device.Items("consumesCounters"), DeviceBounds.ConsumedCounterSets, path + ".consumesCounters", faults,
            (consumed, at) => ResourceSliceValidation.ValidateCounters(consumed, "counterSet", at, faults), consumed => consumed.Text("counterSet"));
        ValidatePlace(device, path, saysWhere, faults);
        ValidateBindingConditions(device, path, faults);
    }

    /// <summary>Validates the conditions by which a device's binding to a claim succeeds and fails.</summary>
    public static void ValidateBindingConditions(JsonObject owner, string path, Faults faults)
    {
        var (wanted, failures) = (owner.Texts("bindingConditions").ToList(), owner.Texts("bindingFailureConditions").ToList());
        foreach (var (field, conditions) in new[] { ("bindingConditions", wanted), ("bindingFailureConditions", failures) })
        {
            if (conditions.Count > DeviceBounds.BindingConditions)
            {
                faults.Add(FieldError.TooMany($"{path}.{field}", conditions.Count, DeviceBounds.BindingConditions));
                continue;
            }

            for (var i = 0; i < conditions.Count; i++)
            {
                DeviceNames.ValidateKey(conditions[i], $"{path}.{field}[{i}]", faults);
            }
        }

        NoteRepeated(wanted, path + ".bindingConditions", [], faults);
        NoteRepeated(failures, path + ".bindingFailureConditions", wanted, faults);
        if (wanted.Count == 0 && failures.Count > 0)
        {
            faults.Invalid(path + ".bindingConditions", owner["bindingConditions"], "bindingConditions are required to use bindingFailureConditions");
        }

        if (failures.Count == 0 && wanted.Count > 0)
        {
            faults.Invalid(path + ".bindingFailureConditions", owner["bindingFailureConditions"], "bindingFailureConditions are required to use bindingConditions");
        }
    }

    private static void NoteRepeated(List<string> conditions, string path, List<string> others, Faults faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            if (!seen.Add(conditions[i]))
            {
                faults.Duplicate($"{path}[{i}]", conditions[i]);
            }

            if (others.Contains(conditions[i]))
            {
                faults.Invalid($"{path}[{i}]", conditions[i], "bindingFailureConditions must not overlap with bindingConditions");
            }
        }
    }

    private static void ValidateAttribute(JsonObject? attribute, string path, Faults faults)
    {
        var given = OneValues.Concat(ListValues).Count(field => attribute.Has(field));
        if (attribute.Has("string") && attribute.Text("string").Length > DeviceBounds.AttributeValue)
        {
            faults.Add(FieldError.TooLong(path + ".string", DeviceBounds.AttributeValue));
        }

        if (attribute.Has("version"))
        {
            var version = attribute.Text("version");
            if (!Version.IsMatch(version))
            {
                faults.Invalid(path + ".version", version, "must be a string compatible with semver.org spec 2.0.0");
            }

            if (version.Length > DeviceBounds.AttributeValue)
            {
                faults.Add(FieldError.TooLong(path + ".version", DeviceBounds.AttributeValue));
            }
        }

        if (given != 1)
        {
            faults.Invalid(path, given == 0 ? "" : attribute, "exactly one value must be specified");
        }
    }

    private static void ValidatePlace(JsonObject device, string path, bool saysWhere, Faults faults)
    {
        if (!saysWhere)
        {
            if (device.Has("nodeName") || device.Has("nodeSelector") || device.Has("allNodes"))
            {
                faults.Invalid(path, null, "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec");
            }

            return;
        }

        var given = new List<string>();
        if (device.Has("nodeName"))
        {
            if (device.Text("nodeName") is { Length: > 0 } node)
            {
                given.Add("`nodeName`");
                ResourceSliceValidation.ValidateNodeName(node, path + ".nodeName", faults);
            }
            else
            {
                faults.Invalid(path + ".nodeName", "", "must not be empty");
            }
        }

        if (device.Object("nodeSelector") is { } selector)
        {
            given.Add("`nodeSelector`");
            AffinityValidation.ValidateNodeSelector(selector, path + ".nodeSelector", faults);
        }

        if (device.Has("allNodes"))
        {
            if (device.Flag("allNodes"))
            {
                given.Add("`allNodes`");
            }
            else
            {
                faults.Invalid(path + ".allNodes", false, "must be either unset or set to true");
            }
        }

        if (given.Count == 0)
        {
            faults.Required(path, OnePlace);
        }
        else if (given.Count > 1)
        {
            faults.Invalid(path, $"{{{string.Join(", ", given)}}}", OnePlace);
        }
    }
}
