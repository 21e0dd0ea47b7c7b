using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>What DeviceClasses add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/resource/deviceclass and ValidateDeviceClass.</remarks>
internal sealed class DeviceClassStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("resource.k8s.io", "deviceclasses");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => Validate(obj.Object("spec"), null);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        Validate(obj.Object("spec"), old.Object("spec") ?? []);

    private static Faults Validate(JsonObject? spec, JsonObject? before)
    {
        var faults = new Faults();
        DeviceSelectors.Validate(spec, "spec.selectors", IsAsBefore("selectors"), faults);
        DeviceLists.Each(spec.Items("config"), DeviceBounds.Configurations, "spec.config", faults,
            (configuration, at) => DeviceConfigurations.Validate(configuration, at, IsAsBefore("config"), faults));
        if (spec.Has("extendedResourceName") && spec.Text("extendedResourceName") is var name && !IsExtendedResource(name))
        {
            faults.Invalid("spec.extendedResourceName", name, "must be a valid extended resource name");
        }

        return faults;

        bool IsAsBefore(string list) => before is not null && JsonReading.Same(spec?[list], before[list]);
    }

    // Upstream: IsExtendedResourceName. A quota's name of it must fit as well.
    private static bool IsExtendedResource(string name) =>
        name.Contains('/', StringComparison.Ordinal) && !name.Contains("kubernetes.io/", StringComparison.Ordinal)
        && !name.StartsWith("requests.", StringComparison.Ordinal) && !ObjectNames.QualifiedNameErrors("requests." + name).Any();
}
