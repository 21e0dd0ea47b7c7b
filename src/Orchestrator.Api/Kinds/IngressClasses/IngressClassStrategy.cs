using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.IngressClasses;

/// <summary>What IngressClasses add to the common write path: who serves a class stays.</summary>
/// <remarks>Upstream: SetDefaults_IngressClass, ValidateIngressClass and ValidateIngressClassUpdate.</remarks>
internal sealed class IngressClassStrategy : KindStrategy
{
    private const int LongestController = 250;

    /// <inheritdoc />
    public override GroupResource Resource => new("networking.k8s.io", "ingressclasses");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => obj.Object("spec").Object("parameters")?.DefaultText("scope", "Cluster");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        var controller = spec.Text("controller");
        if (controller.Length > LongestController)
        {
            faults.Add(FieldError.TooLong("spec.controller", LongestController));
        }

        faults.AddRange(DomainPrefixedPath.Faults("spec.controller", controller));
        if (spec.Object("parameters") is { } parameters)
        {
            ValidateParameters(parameters, faults);
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.Immutable("spec.controller", obj.Object("spec")?["controller"], old.Object("spec")?["controller"]);
        faults.AddRange(Validate(obj));
        return faults;
    }

    private static void ValidateParameters(JsonObject parameters, Faults faults)
    {
        if (parameters.Text("apiGroup") is { Length: > 0 } group)
        {
            faults.Invalid("spec.parameters.apiGroup", group, ObjectNames.DnsSubdomainErrors(group));
        }

        foreach (var field in new[] { "kind", "name" })
        {
            if (parameters.Text(field).Length == 0)
            {
                faults.Required("spec.parameters." + field, field + " is required");
            }
            else
            {
                faults.Invalid("spec.parameters." + field, parameters.Text(field), ObjectNames.PathSegmentErrors(parameters.Text(field)));
            }
        }

        faults.OneOf("spec.parameters.scope", parameters.Text("scope"), "Cluster", "Namespace");
        switch (parameters.Text("scope"))
        {
            case "Namespace" when parameters.Text("namespace").Length == 0:
                faults.Required("spec.parameters.namespace", "`parameters.scope` is set to 'Namespace'");
                break;
            case "Namespace":
                faults.Invalid("spec.parameters.namespace", parameters.Text("namespace"), ObjectNames.DnsLabelErrors(parameters.Text("namespace")));
                break;
            case "Cluster" when parameters.Has("namespace"):
                faults.Forbidden("spec.parameters.namespace", "`parameters.scope` is set to 'Cluster'");
                break;
        }
    }
}
