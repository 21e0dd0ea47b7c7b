using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CronJobs;

/// <summary>What CronJobs add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/batch/cronjob/strategy.go.</remarks>
internal sealed class CronJobStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("batch", "cronjobs");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => CronJobDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => CronJobValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) => PodWarnings.Of(Template(obj), "spec.jobTemplate.spec.template.", old is null ? null : Template(old));

    private static JsonObject? Template(JsonObject obj) => obj.Object("spec").Object("jobTemplate").Object("spec").Object("template");
}
