using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>What the kind PodTemplate adds to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/podtemplate/strategy.go.</remarks>
internal sealed class PodTemplateStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "podtemplates");

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override void Default(JsonObject obj) => PodSpecDefaults.ApplyToTemplate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        PodSpecValidation.ValidateTemplate(obj.Object("template"), "template", faults);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) => PodWarnings.Of(obj.Object("template"), "template.", old.Object("template"));
}
