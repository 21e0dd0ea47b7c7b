using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Ingresses;

/// <summary>What Ingresses add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/networking/ingress/strategy.go.</remarks>
internal sealed class IngressStrategy : StatusStrategy
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";

    /// <inheritdoc />
    public override GroupResource Resource => new("networking.k8s.io", "ingresses");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = IngressValidation.Validate(obj.Object("spec") ?? []);
        var annotations = obj.Object("metadata").Object("annotations");
        if (annotations.Has(ClassAnnotation) && obj.Object("spec").Has("ingressClassName")
            && annotations.Text(ClassAnnotation) != obj.Object("spec").Text("ingressClassName"))
        {
            faults.Invalid("annotations." + ClassAnnotation, annotations.Text(ClassAnnotation), "must match `ingressClassName` when both are specified");
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? IngressValidation.ValidateStatus(obj.Object("status")) : IngressValidation.Validate(obj.Object("spec") ?? []);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old)
    {
        if (old is null && obj.Object("metadata").Object("annotations").Has(ClassAnnotation))
        {
            yield return $"annotation \"{ClassAnnotation}\" is deprecated, please use 'spec.ingressClassName' instead";
        }
    }
}
