using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Pods;

/// <summary>What Pods add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/pod/strategy.go.</remarks>
internal sealed class PodStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "pods");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => PodDefaults.Apply(obj);

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        base.PrepareForCreate(obj, at);
        var spec = obj.Ensure("spec");
        var status = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(spec) };
        if (spec.Array("schedulingGates") is { Count: > 0 })
        {
            status["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "PodScheduled",
                ["status"] = "False",
                ["reason"] = "SchedulingGated",
                ["message"] = "Scheduling is blocked due to non-empty scheduling gates",
            });
        }

        obj["status"] = status;
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        switch (subresource)
        {
            case "ephemeralcontainers":
                var added = obj.Object("spec").Array("ephemeralContainers")?.DeepClone();
                RestoreAllBut("metadata", obj, old);
                obj.Ensure("spec")["ephemeralContainers"] = added ?? new JsonArray();
                break;
            case "resize":
                Resize(obj, old);
                break;
            default:
                base.PrepareForUpdate(obj, old, subresource);
                break;
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => PodValidation.ValidateCreate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) => subresource switch
    {
        "status" => [],
        "ephemeralcontainers" => PodValidation.ValidateEphemeralContainers(obj, old),
        "resize" => PodValidation.Validate(obj),
        _ => PodValidation.ValidateUpdate(obj, old),
    };

    /// <inheritdoc />
    /// <remarks>A pod that no node runs, or that has ended, goes at once; a negative grace period stands for one second.</remarks>
    public override long? GracePeriod(JsonObject obj, DeleteOptions options)
    {
        var spec = obj.Object("spec");
        if (spec.Text("nodeName").Length == 0 || obj.Object("status").Text("phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        var period = options.GracePeriodSeconds ?? spec.Integer("terminationGracePeriodSeconds") ?? 0;
        return period < 0 ? 1 : period;
    }

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) => PodWarnings.Of(obj, "", old);

    /// <summary>A resize changes the resources of containers and nothing else.</summary>
    private static void Resize(JsonObject obj, JsonObject old)
    {
        var asked = obj.Object("spec").Items("containers").ToLookup(c => c.Text("name"), c => c["resources"]?.DeepClone(), StringComparer.Ordinal);
        RestoreAllBut("metadata", obj, old);
        foreach (var container in obj.Object("spec").Items("containers"))
        {
            if (asked.Contains(container.Text("name")))
            {
                container["resources"] = asked[container.Text("name")].First();
            }
        }
    }
}
