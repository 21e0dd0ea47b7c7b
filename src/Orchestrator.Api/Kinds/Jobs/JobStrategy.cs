using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Jobs;

/// <summary>What Jobs add to the common write path: a selector by the Job's uid, so that no two Jobs share pods.</summary>
/// <remarks>Upstream: pkg/registry/batch/job/strategy.go.</remarks>
internal sealed class JobStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("batch", "jobs");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => JobDefaults.Apply(obj);

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        if (!obj.Object("spec").Flag("manualSelector"))
        {
            GenerateSelector(obj);
        }

        base.PrepareForCreate(obj, at);
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => JobValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : JobValidation.ValidateUpdate(obj, old);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) =>
        PodWarnings.Of(obj.Object("spec").Object("template"), "spec.template.", old.Object("spec").Object("template"));

    private static void GenerateSelector(JsonObject job)
    {
        var metadata = job.Object("metadata");
        var (name, uid) = (metadata.Text("name"), metadata.Text("uid"));
        var spec = job.Ensure("spec");
        var labels = spec.Ensure("template").Ensure("metadata").Ensure("labels");
        foreach (var (key, value) in new[]
        {
            ("controller-uid", uid), ("job-name", name), ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name),
        })
        {
            labels[key] = value;
        }

        // A selector that the creator gave without manualSelector is refused by validation unless it is this one.
        spec["selector"] ??= new JsonObject();
        spec.Ensure("selector").Ensure("matchLabels")["batch.kubernetes.io/controller-uid"] = uid;
    }
}
