using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>Measures claims: their number and the storage they ask for, in all and by storage class.</summary>
/// <remarks>Upstream: pkg/quota/v1/evaluator/core/persistent_volume_claims.go.</remarks>
internal sealed class ClaimQuota() : QuotaEvaluator(new GroupResource("", "persistentvolumeclaims"))
{
    private const string Claims = "persistentvolumeclaims";
    private const string Storage = "requests.storage";
    private const string ByClass = ".storageclass.storage.k8s.io/";

    /// <inheritdoc />
    public override bool IsVariable => true;

    /// <inheritdoc />
    public override bool Handles(AdmissionAttributes attributes) =>
        attributes is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Subresource.Length: 0 };

    /// <inheritdoc />
    public override bool Measures(string name) => name is Claims or Storage || name == CountName
        || name.EndsWith(ByClass + Claims, StringComparison.Ordinal) || name.EndsWith(ByClass + Storage, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool IsInScope(QuotaScope scope, JsonObject obj) => scope.Name == "VolumeAttributesClass" && scope.Accepts(AttributesClasses(obj));

    /// <inheritdoc />
    public override SortedDictionary<string, Quantity> Usage(JsonObject obj, DateTimeOffset now)
    {
        var usage = ResourceAmounts.Empty();
        var storageClass = obj.Object("metadata").Object("annotations").Text("volume.beta.kubernetes.io/storage-class") is { Length: > 0 } older
            ? older
            : obj.Object("spec").Text("storageClassName");
        usage[CountName] = ResourceAmounts.Count(1);
        usage[Claims] = ResourceAmounts.Count(1);
        if (storageClass.Length > 0)
        {
            usage[storageClass + ByClass + Claims] = ResourceAmounts.Count(1);
        }

        if (obj.Object("spec").Object("resources").Object("requests")?["storage"] is { } request)
        {
            var size = ResourceValidation.Amount(request);
            if (obj.Object("status").Object("allocatedResources")?["storage"] is { } allocated)
            {
                size = Quantity.Max(size, ResourceValidation.Amount(allocated));
            }

            // Whole bytes, as the rules of a quota's status want them.
            size = size.MilliValue % 1000 == 0 ? size : new Quantity(size.Value, size.Format);
            usage[Storage] = size;
            if (storageClass.Length > 0)
            {
                usage[storageClass + ByClass + Storage] = size;
            }
        }

        return usage;
    }

    private static HashSet<string> AttributesClasses(JsonObject claim) =>
    [
        .. new[]
        {
            claim.Object("spec").Text("volumeAttributesClassName"),
            claim.Object("status").Text("currentVolumeAttributesClassName"),
            claim.Object("status").Object("modifyVolumeStatus").Text("targetVolumeAttributesClassName"),
        }.Where(name => name.Length > 0),
    ];
}
