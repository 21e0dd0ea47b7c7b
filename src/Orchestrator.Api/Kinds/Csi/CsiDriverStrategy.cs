using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Csi;

/// <summary>What CSIDrivers add to the common write path.</summary>
/// <remarks>Upstream: SetDefaults_CSIDriver, ValidateCSIDriver and pkg/registry/storage/csidriver/strategy.go.</remarks>
internal sealed class CsiDriverStrategy : KindStrategy
{
    private const long ShortestToken = 600;
    private const long LongestToken = 1L << 32;

    private static readonly string[] SpecThatCounts = ["podInfoOnMount", "tokenRequests", "requiresRepublish", "seLinuxMount", "storageCapacity", "fsGroupPolicy"];

    /// <inheritdoc />
    public override GroupResource Resource => new("storage.k8s.io", "csidrivers");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.DefaultFlag("attachRequired", true);
        foreach (var flag in new[] { "podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount" })
        {
            spec.DefaultFlag(flag, false);
        }

        spec.DefaultText("fsGroupPolicy", "ReadWriteOnceWithFSType");
        if (spec.Array("volumeLifecycleModes") is not { Count: > 0 })
        {
            spec["volumeLifecycleModes"] = new JsonArray("Persistent");
        }
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        base.PrepareForUpdate(obj, old, subresource);

        // Only the fields that may change count.
        if (SpecThatCounts.Any(field => !JsonReading.Same(obj.Object("spec")?[field], old.Object("spec")?[field]))
            && old.Object("metadata").Integer("generation") is { } generation)
        {
            obj.Ensure("metadata")["generation"] = generation + 1;
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        faults.OneOfIfSet("spec.fsGroupPolicy", spec.Text("fsGroupPolicy"), "File", "None", "ReadWriteOnceWithFSType");
        foreach (var mode in spec.Texts("volumeLifecycleModes"))
        {
            faults.OneOf("spec.volumeLifecycleModes", mode, "Persistent", "Ephemeral");
        }

        ValidateTokens(spec.Items("tokenRequests").ToList(), faults);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        var (spec, before) = (obj.Object("spec"), old.Object("spec"));
        faults.AddRange(Validate(obj));
        faults.Immutable("spec.attachedRequired", spec?["attachRequired"], before?["attachRequired"]);
        faults.Immutable("spec.volumeLifecycleModes", spec?["volumeLifecycleModes"], before?["volumeLifecycleModes"]);
        return faults;
    }

    private static void ValidateTokens(List<JsonObject> tokens, Faults faults)
    {
        var audiences = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!audiences.Add(tokens[i].Text("audience")))
            {
                faults.Duplicate($"spec.tokenRequests[{i}].audience", tokens[i].Text("audience"));
            }

            if (tokens[i].Integer("expirationSeconds") is { } seconds)
            {
                if (seconds < ShortestToken)
                {
                    faults.Invalid($"spec.tokenRequests[{i}].expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
                }

                if (seconds > LongestToken)
                {
                    faults.Invalid($"spec.tokenRequests[{i}].expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
                }
            }
        }
    }
}
