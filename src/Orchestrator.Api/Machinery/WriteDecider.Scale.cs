using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Machinery;

public sealed partial class WriteDecider
{
    private static SchemaNode ScaleSchema => OpenApiSchemas.For(ScaleDocuments.Kind) ?? SchemaNode.Any;

    private WriteDecision UpdateScale(Request request, StoredObject current, ReadOnlySpan<byte> body)
    {
        var decoded = ObjectDecoder.Decode(body, ScaleDocuments.Kind, ScaleSchema, request.Options.FieldValidation);
        request.Warnings.AddRange(decoded.Warnings);
        return decoded.Object is { } scale ? ApplyScale(request, current, scale) : request.Reject(decoded.Failure!);
    }

    /// <summary>Puts the replicas of a scale into the workload; everything else of the scale is a view.</summary>
    private WriteDecision ApplyScale(Request request, StoredObject current, JsonObject scale)
    {
        if (MatchKey(scale.Metadata(), request.Key) is { } mismatch)
        {
            return request.Reject(mismatch);
        }

        var faults = ScaleDocuments.Faults(scale).ToList();
        if (faults.Count > 0)
        {
            return request.Reject(Statuses.Invalid(ScaleDocuments.Kind.Group, ScaleDocuments.Kind.Kind, request.Key.Name, faults));
        }

        var workload = Read(request, current);
        ScaleDocuments.SetReplicas(workload, (scale["spec"] as JsonObject).Whole("replicas") ?? 0, request.Kind.Custom?.Scale);
        var metadata = workload.Metadata();
        foreach (var field in (string[])["uid", "resourceVersion"])
        {
            metadata.CopyField(field, scale.Metadata());
        }

        return UpdateObject(request, current, workload);
    }
}
