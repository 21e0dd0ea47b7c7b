using System.Text.Json.Nodes;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>The rules of a capacity that several claims may share: how much of it one request may ask for.</summary>
/// <remarks>Upstream: validateRequestPolicy and its kin.</remarks>
internal static class CapacityPolicies
{
    /// <summary>Validates a capacity of a device.</summary>
    /// <param name="capacity">It.</param>
    /// <param name="isShared">True: the device may be allocated to several claims.</param>
    /// <param name="path">Its path.</param>
    /// <param name="faults">Where faults are noted.</param>
    public static void Validate(JsonObject? capacity, bool isShared, string path, Faults faults)
    {
        if (capacity.Object("requestPolicy") is not { } policy)
        {
            return;
        }

        path += ".requestPolicy";
        var values = policy.Array("validValues");
        if (!isShared)
        {
            faults.Forbidden(path, "allowMultipleAllocations must be true");
        }
        else if (values is { Count: > 0 } && policy.Has("validRange"))
        {
            faults.Forbidden(path, "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\" at the same time");
        }
        else if ((values is { Count: > 0 } ? "validValues" : policy.Has("validRange") ? "validRange" : null) is { } rule)
        {
            if (!policy.Has("default"))
            {
                faults.Required(path + ".default", $"required when {rule} is defined");
                return;
            }

            var (chosen, most) = (Amount(policy["default"]), Amount(capacity?["value"]));
            if (rule == "validValues")
            {
                ValidateValues([.. values!.Select(Amount)], chosen, most, path + ".validValues", faults);
            }
            else
            {
                ValidateRange(policy.Object("validRange"), chosen, most, path + ".validRange", faults);
            }
        }
    }

    private static void ValidateValues(List<Quantity> values, Quantity chosen, Quantity most, string path, Faults faults)
    {
        for (var i = 1; i < values.Count; i++)
        {
            if (values[i - 1] > values[i])
            {
                faults.Invalid($"{path}[{i}]", values[i].ToString(), "values must be sorted in ascending order");
            }
        }

        // A list that is too long is not looked at, and so its default is not found.
        var isFound = false;
        DeviceLists.EachOnce(values, DeviceBounds.CapacityOptions, path, faults, (value, at) =>
        {
            isFound |= value == chosen;
            if (value > most)
            {
                faults.Invalid(at, value.ToString(), $"option is larger than capacity value: {most}");
            }
        }, value => value.Value);
        if (!isFound)
        {
            faults.Invalid(path, chosen.ToString(), "default value is not valid according to the requestPolicy");
        }
    }

    private static void ValidateRange(JsonObject? range, Quantity chosen, Quantity most, string path, Faults faults)
    {
        if (!range.Has("min"))
        {
            faults.Required(path + ".min", "required when validRange is defined");
            return;
        }

        var least = Amount(range?["min"]);
        Quantity? top = range.Has("max") ? Amount(range?["max"]) : null;
        if (least > most)
        {
            faults.Invalid(path + ".min", least.ToString(), $"min is larger than capacity value: {most}");
        }

        if (chosen < least)
        {
            faults.Invalid(path + ".default", chosen.ToString(), $"default is less than min: {least}");
        }

        if (top is { } max)
        {
            if (least > max)
            {
                faults.Invalid(path + ".max", least.ToString(), $"min is larger than max: {max}");
            }

            if (max > most)
            {
                faults.Invalid(path + ".max", max.ToString(), $"max is larger than capacity value: {most}");
            }

            if (chosen > max)
            {
                faults.Invalid(path + ".default", chosen.ToString(), $"default is more than max: {max}");
            }
        }

        if (range.Has("step"))
        {
            ValidateStep(Amount(range?["step"]), least, top, chosen, most, path + ".step", faults);
        }
    }

    private static void ValidateStep(Quantity step, Quantity least, Quantity? top, Quantity chosen, Quantity most, string path, Faults faults)
    {
        if (step.Sign <= 0)
        {
            faults.Invalid(path, step.ToString(), "must be greater than zero");
            return;
        }

        if (least + step is var first && first > most)
        {
            faults.Invalid(path, step.ToString(), $"one step {first} is larger than capacity value: {most}");
        }

        foreach (var value in new[] { chosen, top }.OfType<Quantity>().Where(value => (value.Value - least.Value) % step.Value != 0))
        {
            faults.Invalid(path, value.ToString(), $"value is not a multiple of a given step ({step}) from ({least})");
        }
    }

    private static Quantity Amount(JsonNode? node) => PodTemplates.ResourceValidation.Amount(node);
}
