using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Gives a claim that names no StorageClass the default one, and an Ingress that names no IngressClass likewise.</summary>
/// <remarks>Upstream: plugin/pkg/admission/storage/storageclass/setdefault and plugin/pkg/admission/network/defaultingressclass.</remarks>
/// <param name="name">Upstream's name of the plugin.</param>
/// <param name="resource">The objects that name a class.</param>
/// <param name="classes">The classes.</param>
/// <param name="field">The field of the spec that names the class.</param>
/// <param name="mark">The annotation that makes a class the default.</param>
/// <param name="older">An annotation by which objects named their class before there was the field.</param>
internal sealed class DefaultClass(string name, GroupResource resource, GroupResource classes, string field, string mark, string older) : IAdmissionPlugin
{
    /// <inheritdoc />
    public string Name => name;

    /// <summary>For claims. Of several defaults the newest counts.</summary>
    public static DefaultClass OfClaims() => new(
        "DefaultStorageClass", new("", "persistentvolumeclaims"), new("storage.k8s.io", "storageclasses"), "storageClassName",
        "storageclass.kubernetes.io/is-default-class", "volume.beta.kubernetes.io/storage-class");

    /// <summary>For ingresses.</summary>
    public static DefaultClass OfIngresses() => new(
        "DefaultIngressClass", new("networking.k8s.io", "ingresses"), new("networking.k8s.io", "ingressclasses"), "ingressClassName",
        "ingressclass.kubernetes.io/is-default-class", "kubernetes.io/ingress.class");

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes is not { Operation: AdmissionOperation.Create, Subresource.Length: 0, Object: { } obj } || attributes.Kind.GroupResource != resource)
        {
            return null;
        }

        var spec = obj["spec"] as JsonObject;
        if (spec?[field] is not null || (obj.Metadata()["annotations"] as JsonObject)?.ContainsKey(older) == true)
        {
            return null;
        }

        var chosen = attributes.At.View.List(classes)
            .Select(stored => stored.ToJson()!)
            .Where(candidate => (candidate.Metadata()["annotations"] as JsonObject).Text(mark) == "true")
            .OrderByDescending(candidate => candidate.Metadata().Text("creationTimestamp"), StringComparer.Ordinal)
            .ThenBy(candidate => candidate.Metadata().Text("name"), StringComparer.Ordinal)
            .FirstOrDefault();
        if (chosen is not null)
        {
            if (spec is null)
            {
                spec = [];
                obj["spec"] = spec;
            }

            spec[field] = chosen.Metadata().Text("name");
        }

        return null;
    }
}
