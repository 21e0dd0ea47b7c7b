using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The rules of a claim's status: which devices it got, who may use them, and what their drivers say of them.</summary>
/// <remarks>Upstream: validateResourceClaimStatusUpdate.</remarks>
internal static class ClaimStatusValidation
{
    private static readonly string[] ConsumerFields = ["resource", "name", "uid"];

    /// <summary>Validates a new status beside the old one.</summary>
    public static void Validate(JsonObject claim, JsonObject old, Faults faults)
    {
        var (status, before) = (claim.Object("status"), old.Object("status"));
        DeviceLists.EachOnce(status.Items("reservedFor"), DeviceBounds.Consumers, "status.reservedFor", faults, (consumer, at) =>
        {
            foreach (var field in ConsumerFields.Where(field => consumer.Text(field).Length == 0))
            {
                faults.Required($"{at}.{field}");
            }
        }, consumer => consumer.Text("uid"));

        var allocation = status.Object("allocation");
        var allocated = allocation.Object("devices").Items("results").Select(DeviceId.Of).ToHashSet();
        DeviceLists.EachOnce(status.Items("devices"), int.MaxValue, "status.devices", faults,
            (device, at) => ValidateDevice(device, at, allocated, faults), DeviceId.Of);
        ValidateConsumers(claim, status, before, allocation, faults);
        if (allocation is not null && before.Object("allocation") is { } given)
        {
            faults.Immutable("status.allocation", allocation, given);
        }
        else if (allocation is not null)
        {
            ValidateAllocation(allocation, DeviceClaimValidation.RequestNames(claim.Object("spec").Object("devices")), faults);
        }
    }

    private static void ValidateConsumers(JsonObject claim, JsonObject? status, JsonObject? before, JsonObject? allocation, Faults faults)
    {
        if (!status.Items("reservedFor").Any())
        {
            return;
        }

        if (allocation is null)
        {
            faults.Forbidden("status.reservedFor", "may not be specified when `allocated` is not set");
        }
        else if (ObjectFields.Text(ObjectFields.Metadata(claim), "deletionTimestamp").Length > 0
            && status.Items("reservedFor").Any(consumer => !before.Items("reservedFor").Any(known => JsonNode.DeepEquals(known, consumer))))
        {
            faults.Forbidden("status.reservedFor", "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
        }
    }

    private static void ValidateAllocation(JsonObject allocation, HashSet<string> requests, Faults faults)
    {
        const string path = "status.allocation.devices";
        var devices = allocation.Object("devices");
        DeviceLists.Each(devices.Items("results"), DeviceBounds.AllocatedDevices, path + ".results", faults, (result, at) =>
        {
            DeviceClaimValidation.ValidateRequestReference(result.Text("request"), at + ".request", requests, faults);
            DeviceNames.ValidateDriver(result.Text("driver"), at + ".driver", faults);
            DeviceNames.ValidatePool(result.Text("pool"), at + ".pool", faults);
            DeviceNames.ValidateLabel(result.Text("device"), at + ".device", faults);
            DeviceValidation.ValidateBindingConditions(result, at, faults);
            DeviceTolerations.Validate(result, at, faults);
            ValidateShare(result, at, faults);
        });
        DeviceLists.Each(devices.Items("config"), 2 * DeviceBounds.Configurations, path + ".config", faults, (configuration, at) =>
        {
            faults.OneOf(at + ".source", configuration.Text("source"), "FromClaim", "FromClass");
            DeviceClaimValidation.ValidateRequestReferences(configuration, at, requests, faults);
            DeviceConfigurations.Validate(configuration, at, isStored: false, faults);
        });
        if (allocation.Object("nodeSelector") is { } selector)
        {
            AffinityValidation.ValidateNodeSelector(selector, "status.allocation.nodeSelector", faults);
        }
    }

    private static void ValidateDevice(JsonObject device, string path, HashSet<DeviceId> allocated, Faults faults)
    {
        DeviceNames.ValidateDriver(device.Text("driver"), path + ".driver", faults);
        DeviceNames.ValidatePool(device.Text("pool"), path + ".pool", faults);
        DeviceNames.ValidateLabel(device.Text("device"), path + ".device", faults);
        ValidateShare(device, path, faults);
        if (DeviceId.Of(device) is var id && !allocated.Contains(id))
        {
            faults.Invalid(path, id, "must be an allocated device in the claim");
        }

        var conditions = device.Items("conditions").ToList();
        if (conditions.Count > DeviceBounds.Conditions)
        {
            faults.Add(FieldError.TooMany(path + ".conditions", conditions.Count, DeviceBounds.Conditions));
        }

        Conditions.Validate(conditions, path + ".conditions", faults);
        if (device.Has("data"))
        {
            DeviceConfigurations.ValidateObject(device["data"], path + ".data", isStored: false, faults);
        }

        if (device.Object("networkData") is { } network)
        {
            ValidateNetwork(network, path + ".networkData", faults);
        }
    }

    private static void ValidateShare(JsonObject device, string path, Faults faults)
    {
        if (device.Has("shareID"))
        {
            DeviceNames.ValidateUid(device.Text("shareID"), path + ".shareID", faults);
        }
    }

    private static void ValidateNetwork(JsonObject network, string path, Faults faults)
    {
        foreach (var (field, longest) in new[] { ("interfaceName", DeviceBounds.InterfaceName), ("hardwareAddress", DeviceBounds.HardwareAddress) })
        {
            if (network.Text(field).Length > longest)
            {
                faults.Add(FieldError.TooLong($"{path}.{field}", longest));
            }
        }

        DeviceLists.EachOnce(network.Texts("ips"), DeviceBounds.Addresses, path + ".ips", faults, (address, at) => faults.Invalid(at, address, InterfaceAddress(address)));
    }

    /// <summary>Upstream: IsValidInterfaceAddress, which wants the address written as Go writes it.</summary>
    private static IEnumerable<string> InterfaceAddress(string text)
    {
        if (Formats.Cidr(text).Any())
        {
            yield return "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)";
            yield break;
        }

        var canonical = $"{IPAddress.Parse(text.Split('/')[0])}/{Formats.Network(text).PrefixLength}";
        if (canonical != text)
        {
            yield return $"must be in canonical form (\"{canonical}\")";
        }
    }
}
