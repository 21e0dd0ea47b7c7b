using System.Text.Json.Nodes;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of a container's requests and limits.</summary>
/// <remarks>Upstream: ValidateContainerResourceRequirements.</remarks>
internal static class ResourceValidation
{
    private static readonly string[] Native = ["cpu", "memory", "ephemeral-storage"];

    /// <summary>Validates requests and limits.</summary>
    public static void Validate(JsonObject? resources, string path, Faults faults)
    {
        var limits = resources.Object("limits");
        foreach (var (name, amount) in limits ?? [])
        {
            ValidateAmount(name, amount, $"{path}.limits[{name}]", faults);
        }

        foreach (var (name, amount) in resources.Object("requests") ?? [])
        {
            ValidateAmount(name, amount, $"{path}.requests[{name}]", faults);
            ValidateAgainstLimit(name, amount, limits, path, faults);
        }
    }

    /// <summary>The quantity in a node; a number without unit may be written as a JSON number.</summary>
    public static Quantity Amount(JsonNode? node) =>
        Quantity.TryParse(JsonReading.AsText(node) ?? node?.ToJsonString(), out var amount) ? amount : Quantity.Zero;

    /// <summary>Notes an amount below zero.</summary>
    public static void ValidateNotNegative(JsonNode? node, string path, Faults faults)
    {
        var amount = Amount(node);
        if (amount.Sign < 0)
        {
            faults.Invalid(path, amount.ToString(), "must be greater than or equal to 0");
        }
    }

    private static void ValidateAmount(string name, JsonNode? node, string path, Faults faults)
    {
        faults.Invalid(path, name, ObjectNames.QualifiedNameErrors(name));
        if (!name.Contains('/', StringComparison.Ordinal) && !IsHugePages(name) && !Native.Contains(name, StringComparer.Ordinal))
        {
            faults.Invalid(path, name, "must be a standard resource type or fully qualified");
        }

        ValidateNotNegative(node, path, faults);
        if (MustBeWhole(name) && Amount(node) is var amount && amount.MilliValue % 1000 != 0)
        {
            faults.Invalid(path, amount.ToString(), "must be an integer");
        }
    }

    private static void ValidateAgainstLimit(string name, JsonNode? node, JsonObject? limits, string path, Faults faults)
    {
        var request = Amount(node);
        if (limits is null || !limits.ContainsKey(name))
        {
            if (!MayOvercommit(name))
            {
                faults.Required(path + ".limits", "Limit must be set for non overcommitable resources");
            }

            return;
        }

        var limit = Amount(limits[name]);
        if (request != limit && !MayOvercommit(name))
        {
            faults.Invalid(path + ".requests", request.ToString(), $"must be equal to {name} limit of {limit}");
        }
        else if (request > limit)
        {
            faults.Invalid(path + ".requests", request.ToString(), $"must be less than or equal to {name} limit of {limit}");
        }
    }

    private static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static bool IsNative(string name) =>
        !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static bool MayOvercommit(string name) => IsNative(name) && !IsHugePages(name);

    private static bool MustBeWhole(string name) => !IsNative(name);
}
