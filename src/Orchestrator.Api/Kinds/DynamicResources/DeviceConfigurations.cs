using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The parameters that a claim, a class or an allocation has for a driver, and what a driver says of a device: objects that only it understands.</summary>
/// <remarks>Upstream: validateDeviceConfiguration and validateRawExtension.</remarks>
internal static class DeviceConfigurations
{
    /// <summary>Validates a configuration.</summary>
    /// <param name="configuration">It.</param>
    /// <param name="path">Its path.</param>
    /// <param name="isStored">True: it is as it was, from before its length had a bound perhaps.</param>
    /// <param name="faults">Where faults are noted.</param>
    public static void Validate(JsonObject configuration, string path, bool isStored, Faults faults)
    {
        if (configuration.Object("opaque") is not { } opaque)
        {
            faults.Required(path + ".opaque");
            return;
        }

        DeviceNames.ValidateDriver(opaque.Text("driver"), path + ".opaque.driver", faults);
        ValidateObject(opaque["parameters"], path + ".opaque.parameters", isStored, faults);
    }

    /// <summary>Validates a value that must be an object of bounded length.</summary>
    public static void ValidateObject(JsonNode? value, string path, bool isStored, Faults faults)
    {
        if (value is null)
        {
            faults.Required(path);
        }
        else if (!isStored && Encoding.UTF8.GetByteCount(GoText.Json(value)) > DeviceBounds.OpaqueBytes)
        {
            faults.Add(FieldError.TooLong(path, DeviceBounds.OpaqueBytes));
        }
        else if (value is not JsonObject)
        {
            faults.Invalid(path, "<value omitted>", "must be a valid JSON object");
        }
    }
}
