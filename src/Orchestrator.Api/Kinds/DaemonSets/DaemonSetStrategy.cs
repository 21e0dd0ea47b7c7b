using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DaemonSets;

/// <summary>What DaemonSets add to the common write path: a count of the changes of their template, kept in an annotation.</summary>
/// <remarks>Upstream: pkg/registry/apps/daemonset/strategy.go and the conversion of spec.templateGeneration.</remarks>
internal sealed class DaemonSetStrategy : StatusStrategy
{
    /// <summary>Counts the changes of the template; upstream's DeprecatedTemplateGeneration.</summary>
    public const string TemplateGeneration = "deprecated.daemonset.template.generation";

    /// <inheritdoc />
    public override GroupResource Resource => new("apps", "daemonsets");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => DaemonSetDefaults.Apply(obj);

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        base.PrepareForCreate(obj, at);
        SetTemplateGeneration(obj, 1);
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        base.PrepareForUpdate(obj, old, subresource);
        if (subresource.Length == 0)
        {
            var changed = !JsonReading.Same(obj.Object("spec")?["template"], old.Object("spec")?["template"]);
            SetTemplateGeneration(obj, CountOf(old) + (changed ? 1 : 0));
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => DaemonSetValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : DaemonSetValidation.ValidateUpdate(obj, old);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) =>
        PodWarnings.Of(obj.Object("spec").Object("template"), "spec.template.", old.Object("spec").Object("template"));

    private static long CountOf(JsonObject obj) =>
        long.TryParse(obj.Object("metadata").Object("annotations").Text(TemplateGeneration), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 1;

    private static void SetTemplateGeneration(JsonObject obj, long count) =>
        obj.Ensure("metadata").Ensure("annotations")[TemplateGeneration] = count.ToString(CultureInfo.InvariantCulture);
}
