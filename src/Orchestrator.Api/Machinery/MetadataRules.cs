using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Machinery;

// Inside the namespace, so that the readers of documents win over those of the same names beside the kinds.
using Orchestrator.Api.Documents;

/// <summary>What metadata must look like, on its own and compared with what it was.</summary>
/// <remarks>Upstream: apimachinery/pkg/api/validation/objectmeta.go.</remarks>
internal static class MetadataRules
{
    /// <summary>Keys and values of all annotations together (upstream: TotalAnnotationSizeLimitB); more is refused.</summary>
    internal const int AnnotationBytesBound = 256 * 1024;

    private const string Finalizers = "metadata.finalizers";

    private static readonly string[] StandardFinalizers = ["foregroundDeletion", "kubernetes", "orphan"];

    /// <summary>The faults of the metadata of a new object, or of an object as it is to be.</summary>
    public static IEnumerable<FieldError> Faults(JsonObject metadata, bool namespaced, IKindStrategy strategy)
    {
        foreach (var fault in NameFaults(metadata, namespaced, strategy))
        {
            yield return fault;
        }

        foreach (var fault in LabelFaults(metadata).Concat(AnnotationFaults(metadata)).Concat(OwnerFaults(metadata)))
        {
            yield return fault;
        }

        var finalizers = metadata.Texts("finalizers");
        for (var index = 0; index < finalizers.Count; index++)
        {
            foreach (var fault in FinalizerFaults(finalizers[index], index, strategy.DemandsQualifiedFinalizers))
            {
                yield return fault;
            }
        }
    }

    /// <summary>The faults of a change of metadata.</summary>
    public static IEnumerable<FieldError> UpdateFaults(JsonObject metadata, JsonObject old)
    {
        foreach (var field in (string[])["name", "namespace", "uid", "creationTimestamp"])
        {
            if (metadata.Text(field) != old.Text(field))
            {
                yield return FieldError.Invalid("metadata." + field, metadata.Text(field), "field is immutable");
            }
        }

        var added = metadata.Texts("finalizers").Except(old.Texts("finalizers")).Order(StringComparer.Ordinal).ToList();
        if (old.Text("deletionTimestamp").Length > 0 && added.Count > 0)
        {
            var listed = string.Join(", ", added.Select(GoText.Quote));
            yield return FieldError.Forbidden(Finalizers,
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{listed}}}");
        }
    }

    /// <summary>The faults of labels or annotations alone.</summary>
    public static IEnumerable<FieldError> TextFaults(JsonObject metadata, string field) => field == "labels" ? LabelFaults(metadata) : AnnotationFaults(metadata);

    private static IEnumerable<FieldError> NameFaults(JsonObject metadata, bool namespaced, IKindStrategy strategy)
    {
        if (metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            foreach (var fault in strategy.NameErrors(prefix, true))
            {
                yield return FieldError.Invalid("metadata.generateName", prefix, fault);
            }
        }

        var name = metadata.Text("name");
        if (name.Length == 0)
        {
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        }
        else
        {
            foreach (var fault in strategy.NameErrors(name, false))
            {
                yield return FieldError.Invalid("metadata.name", name, fault);
            }
        }

        var ns = metadata.Text("namespace");
        if (!namespaced)
        {
            if (ns.Length > 0)
            {
                yield return FieldError.Forbidden("metadata.namespace", "not allowed on this type");
            }
        }
        else if (ns.Length == 0)
        {
            yield return FieldError.Required("metadata.namespace");
        }
        else
        {
            foreach (var fault in ObjectNames.DnsLabelErrors(ns))
            {
                yield return FieldError.Invalid("metadata.namespace", ns, fault);
            }
        }
    }

    private static IEnumerable<FieldError> LabelFaults(JsonObject metadata)
    {
        if (metadata["labels"] is not JsonObject labels)
        {
            yield break;
        }

        foreach (var (key, _) in labels)
        {
            foreach (var fault in ObjectNames.QualifiedNameErrors(key))
            {
                yield return FieldError.Invalid("metadata.labels", key, fault);
            }

            foreach (var fault in ObjectNames.LabelValueErrors(labels.Text(key)))
            {
                yield return FieldError.Invalid("metadata.labels", labels.Text(key), fault);
            }
        }
    }

    private static IEnumerable<FieldError> AnnotationFaults(JsonObject metadata)
    {
        if (metadata["annotations"] is not JsonObject annotations)
        {
            yield break;
        }

        long bytes = 0;
        foreach (var (key, _) in annotations)
        {
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(annotations.Text(key));
            foreach (var fault in ObjectNames.QualifiedNameErrors(key.ToLowerInvariant()))
            {
                yield return FieldError.Invalid("metadata.annotations", key, fault);
            }
        }

        if (bytes > AnnotationBytesBound)
        {
            yield return FieldError.TooLong("metadata.annotations", AnnotationBytesBound);
        }
    }

    private static IEnumerable<FieldError> OwnerFaults(JsonObject metadata)
    {
        var controllers = new List<string>();
        foreach (var owner in (metadata["ownerReferences"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (owner.Text(field).Length == 0)
                {
                    var detail = field == "apiVersion" ? "version must not be empty" : "must not be empty";
                    yield return FieldError.Invalid("metadata.ownerReferences." + field, "", detail);
                }
            }

            if (owner.Text("apiVersion") == "v1" && owner.Text("kind") == "Event")
            {
                yield return FieldError.Invalid("metadata.ownerReferences", "/v1, Kind=Event", "/v1, Kind=Event is disallowed from being an owner");
            }

            if (owner["controller"]?.GetValueKind() == JsonValueKind.True)
            {
                controllers.Add(owner.Text("kind") + "/" + owner.Text("name"));
            }
        }

        if (controllers.Count > 1)
        {
            yield return FieldError.Invalid("metadata.ownerReferences", metadata["ownerReferences"],
                "Only one reference can have Controller set to true. Found \"true\" in references for "
                + controllers[0] + " and " + controllers[1]);
        }
    }

    private static IEnumerable<FieldError> FinalizerFaults(string finalizer, int index, bool qualified)
    {
        var path = $"{Finalizers}[{index.ToString(System.Globalization.CultureInfo.InvariantCulture)}]";
        var faults = ObjectNames.QualifiedNameErrors(finalizer).ToList();
        foreach (var fault in faults)
        {
            yield return FieldError.Invalid(path, finalizer, fault);
        }

        if (qualified && faults.Count == 0 && !finalizer.Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizer))
        {
            yield return FieldError.Invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}
