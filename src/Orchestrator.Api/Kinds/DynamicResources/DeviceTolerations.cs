using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The rules of a device's taints and of what tolerates them.</summary>
/// <remarks>Upstream: validateDeviceTaint and validateDeviceToleration.</remarks>
internal static class DeviceTolerations
{
    private static readonly string[] Effects = ["NoExecute", "NoSchedule", "None"];

    /// <summary>Validates a taint.</summary>
    public static void ValidateTaint(JsonObject taint, string path, Faults faults)
    {
        DeviceNames.ValidateKey(taint.Text("key"), path + ".key", faults);
        if (taint.Text("value") is { Length: > 0 } value)
        {
            faults.Invalid(path + ".value", value, ObjectNames.LabelValueErrors(value));
        }

        faults.OneOf(path + ".effect", taint.Text("effect"), Effects);
    }

    /// <summary>Validates the tolerations of a request or of an allocated device.</summary>
    public static void Validate(JsonObject owner, string path, Faults faults)
    {
        var tolerations = owner.Items("tolerations").ToList();
        for (var i = 0; i < tolerations.Count; i++)
        {
            Validate(tolerations[i], $"{path}.tolerations[{i}]", faults);
        }

        static void Validate(JsonObject toleration, string path, Faults faults)
        {
            if (toleration.Text("key") is { Length: > 0 } key)
            {
                DeviceNames.ValidateKey(key, path + ".key", faults);
            }

            var value = toleration.Text("value");
            switch (toleration.Text("operator"))
            {
                case "Exists":
                    if (value.Length > 0)
                    {
                        faults.Invalid(path + ".value", value, "must be empty for operator `Exists`");
                    }

                    break;
                case "Equal":
                    faults.Invalid(path + ".value", value, ObjectNames.LabelValueErrors(value));
                    break;
                default:
                    faults.OneOf(path + ".operator", toleration.Text("operator"), "Equal", "Exists");
                    break;
            }

            faults.OneOfIfSet(path + ".effect", toleration.Text("effect"), Effects);
        }
    }
}
