using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>What ResourceClaimTemplates add to the common write path: their spec never changes.</summary>
/// <remarks>Upstream: pkg/registry/resource/resourceclaimtemplate and ValidateResourceClaimTemplate.</remarks>
internal sealed class ResourceClaimTemplateStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("resource.k8s.io", "resourceclaimtemplates");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => DeviceClaimValidation.Default(obj.Object("spec").Object("spec"));

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var template = obj.Object("spec");
        Selectors.ValidateLabels(template.Object("metadata").Object("labels"), "spec.metadata.labels", faults);
        foreach (var (key, _) in template.Object("metadata").Object("annotations") ?? [])
        {
            faults.Invalid("spec.metadata.annotations", key, ObjectNames.QualifiedNameErrors(key.ToLowerInvariant()));
        }

        DeviceClaimValidation.Validate(template.Object("spec"), "spec.spec", faults);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.Immutable("spec", obj["spec"], old["spec"]);
        return faults;
    }
}
