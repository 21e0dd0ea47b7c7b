using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources;

/// <summary>The rules of the objects of one version of a custom resource, which are those of its definition.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/registry/customresource (strategy.go, status_strategy.go, validator.go).</remarks>
internal sealed class CustomResourceStrategy(CustomVersion version) : KindStrategy
{
    private const string RulesNotChecked =
        "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    /// <inheritdoc />
    public override GroupResource Resource => version.Definition.Defined;

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override bool DemandsQualifiedFinalizers => false;

    /// <inheritdoc />
    public override bool TracksGeneration => true;

    /// <inheritdoc />
    protected override bool HasStatus => version.HasStatus;

    /// <inheritdoc />
    public override void Default(JsonObject obj) => Defaulting.Complete(obj, version.Schema);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = ValueValidator.Faults(obj, version.Schema)
            .Concat(SpecScaleFaults(obj)).Concat(StatusScaleFaults(obj))
            .Concat(EmbeddedMetadata.Faults(obj, version.Schema))
            .Concat(ListInvariants.Faults(obj, version.Schema))
            .ToList();
        return WithRules(faults, obj, null);
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new List<FieldError>();
        if (subresource == "status")
        {
            if (obj["status"] is { } status && version.Schema.Child("status") is { } schema)
            {
                faults.AddRange(ValueValidator.Faults(status, old["status"], schema, "status"));
            }
        }
        else
        {
            faults.AddRange(ValueValidator.Faults(obj, old, version.Schema));
            faults.AddRange(SpecScaleFaults(obj));
        }

        faults.AddRange(StatusScaleFaults(obj));
        if (subresource != "status")
        {
            faults.AddRange(EmbeddedMetadata.Faults(obj, version.Schema));
        }

        // Lists that were at fault before may stay so.
        if (!ListInvariants.Faults(old, version.Schema).Any())
        {
            faults.AddRange(ListInvariants.Faults(obj, version.Schema));
        }

        return WithRules(faults, obj, old);
    }

    /// <inheritdoc />
    /// <remarks>Upstream: generateWarningsFromObj in strategy.go.</remarks>
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old)
    {
        var known = (old?["metadata"] as JsonObject).Texts("finalizers");
        return (obj["metadata"] as JsonObject).Texts("finalizers")
            .Where(finalizer => !finalizer.Contains('/', StringComparison.Ordinal) && !known.Contains(finalizer))
            .Select(finalizer => $"metadata.finalizers: {GoText.Quote(finalizer)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers");
    }

    private List<FieldError> WithRules(List<FieldError> faults, JsonObject obj, JsonObject? old)
    {
        if (!version.Rules.Any)
        {
            return faults;
        }

        if (faults.Exists(fault => fault.Kind is FieldErrorKind.NotSupported or FieldErrorKind.Required or FieldErrorKind.TooLong or FieldErrorKind.TooMany or FieldErrorKind.TypeInvalid))
        {
            faults.Add(FieldError.Invalid("<nil>", null, RulesNotChecked));
        }
        else
        {
            faults.AddRange(version.Rules.Faults(obj, old));
        }

        return faults;
    }

    private IEnumerable<FieldError> SpecScaleFaults(JsonObject obj) => version.Scale is { } scale ? ReplicaFaults(scale.SpecReplicas, obj) : [];

    private IEnumerable<FieldError> StatusScaleFaults(JsonObject obj)
    {
        if (version.Scale is not { } scale)
        {
            yield break;
        }

        foreach (var fault in ReplicaFaults(scale.StatusReplicas, obj))
        {
            yield return fault;
        }

        if (scale.LabelSelector is { } selector)
        {
            selector.String(obj, out var fault);
            if (fault is not null)
            {
                yield return FieldError.Invalid(selector.Text, "", fault);
            }
        }
    }

    private static IEnumerable<FieldError> ReplicaFaults(SimplePath path, JsonObject obj)
    {
        var replicas = path.Whole(obj, out var fault) ?? 0;
        if (fault is not null)
        {
            yield return FieldError.Invalid(path.Text, 0L, fault);
        }
        else if (replicas < 0)
        {
            yield return FieldError.Invalid(path.Text, replicas, "should be a non-negative integer");
        }
        else if (replicas > int.MaxValue)
        {
            yield return FieldError.Invalid(path.Text, replicas, string.Create(CultureInfo.InvariantCulture, $"should be less than or equal to {int.MaxValue}"));
        }
    }
}
