using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Namespaces;

/// <summary>What Namespaces add to the common write path: a label with their name, and a finalizer that the namespace controller removes last.</summary>
/// <remarks>Upstream: pkg/registry/core/namespace/strategy.go and SetDefaults_Namespace.</remarks>
internal sealed class NamespaceStrategy : KindStrategy
{
    /// <summary>The finalizer that stands for the namespace's contents.</summary>
    public const string Finalizer = "kubernetes";

    /// <summary>The label by which selectors name a namespace.</summary>
    public const string NameLabel = "kubernetes.io/metadata.name";

    /// <inheritdoc />
    public override GroupResource Resource => new("", "namespaces");

    /// <inheritdoc />
    public override IEnumerable<string> NameErrors(string name, bool prefix) => ObjectNames.DnsLabelErrors(name, prefix);

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        if (obj.Object("metadata") is { } metadata && metadata.Text("name") is { Length: > 0 } name)
        {
            metadata.Ensure("labels")[NameLabel] = name;
        }
    }

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        base.PrepareForCreate(obj, at);
        Default(obj);
        obj["status"] = new JsonObject { ["phase"] = "Active" };
        var spec = obj.Ensure("spec");
        var finalizers = spec.Texts("finalizers").ToList();
        if (!finalizers.Contains(Finalizer, StringComparer.Ordinal))
        {
            finalizers.Add(Finalizer);
        }

        spec["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]);
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource == "finalize")
        {
            Restore("status", obj, old);
            return;
        }

        base.PrepareForUpdate(obj, old, subresource);
        if (subresource.Length == 0 && old.Object("spec")?["finalizers"] is { } finalizers)
        {
            obj.Ensure("spec")["finalizers"] = finalizers.DeepClone();
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var finalizers = obj.Object("spec").Texts("finalizers").ToList();
        for (var i = 0; i < finalizers.Count; i++)
        {
            faults.Invalid($"spec.finalizers[{i}]", finalizers[i], ObjectNames.QualifiedNameErrors(finalizers[i]));
        }

        return faults;
    }
}
