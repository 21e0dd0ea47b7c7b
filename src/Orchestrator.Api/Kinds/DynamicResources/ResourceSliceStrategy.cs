using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>What ResourceSlices add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/resource/resourceslice. Fields of features that are off in 1.36 (DRAListTypeAttributes and DRANodeAllocatableResources) are
/// dropped, unless the stored slice uses them. When a device was tainted comes from <see cref="Admission.DeviceAccess"/>, which knows the time.</remarks>
internal sealed class ResourceSliceStrategy : KindStrategy
{
    private static readonly string[] ListValues = ["bools", "ints", "strings", "versions"];

    /// <inheritdoc />
    public override GroupResource Resource => new("resource.k8s.io", "resourceslices");

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at) => DropDisabled(obj, null);

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource) => DropDisabled(obj, old);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => ResourceSliceValidation.Validate(obj.Object("spec") ?? [], null);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        ResourceSliceValidation.Validate(obj.Object("spec") ?? [], old.Object("spec") ?? []);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old)
    {
        var driver = obj.Object("spec").Text("driver");
        return driver.Any(char.IsUpper) ? [$"spec.driver: driver names should be lowercase; {GoText.Quote(driver)} contains uppercase characters"] : [];
    }

    private static void DropDisabled(JsonObject slice, JsonObject? old)
    {
        var before = old.Object("spec").Items("devices").ToList();
        if (!before.Exists(device => device.Object("nodeAllocatableResourceMappings") is { Count: > 0 }))
        {
            Devices(device => device.Remove("nodeAllocatableResourceMappings"));
        }

        if (!before.SelectMany(Attributes).Any(attribute => Array.Exists(ListValues, attribute.Has)))
        {
            Devices(device =>
            {
                foreach (var (attribute, list) in Attributes(device).SelectMany(attribute => ListValues.Select(list => (attribute, list))))
                {
                    attribute.Remove(list);
                }
            });
        }

        void Devices(Action<JsonObject> change)
        {
            foreach (var device in slice.Object("spec").Items("devices"))
            {
                change(device);
            }
        }

        static IEnumerable<JsonObject> Attributes(JsonObject device) => device.Object("attributes")?.Select(entry => entry.Value).OfType<JsonObject>() ?? [];
    }
}
