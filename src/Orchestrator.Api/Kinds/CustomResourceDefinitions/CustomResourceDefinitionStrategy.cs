using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>What CustomResourceDefinitions add to the common write path: every version that objects were ever stored in is kept in mind.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go and v1 defaults.</remarks>
internal sealed class CustomResourceDefinitionStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("apiextensions.k8s.io", "customresourcedefinitions");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override bool DemandsQualifiedFinalizers => false;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        var names = spec.Ensure("names");
        if (names.Text("kind") is { Length: > 0 } kind)
        {
            names.DefaultText("singular", kind.ToLowerInvariant());
            names.DefaultText("listKind", kind + "List");
        }

        spec.Ensure("conversion").DefaultText("strategy", "None");
        spec.Object("conversion").Object("webhook").Object("clientConfig").Object("service")?.DefaultInteger("port", 443);
    }

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        base.PrepareForCreate(obj, at);
        obj["status"] = new JsonObject();
        RememberStorageVersion(obj);
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        base.PrepareForUpdate(obj, old, subresource);
        if (subresource.Length == 0)
        {
            RememberStorageVersion(obj);
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => CustomResourceDefinitionValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? CustomResourceDefinitionValidation.ValidateStatus(obj) : CustomResourceDefinitionValidation.ValidateUpdate(obj, old);

    /// <inheritdoc />
    /// <remarks>Upstream: Delete in pkg/registry/customresourcedefinition/etcd.go. The objects go first; the finalizer waits for them.</remarks>
    public override bool MarkForDeletion(JsonObject obj, Surroundings at)
    {
        var metadata = obj.Ensure("metadata");
        metadata["deletionTimestamp"] = ObjectFields.Time(at.Now);
        var finalizers = metadata.Texts("finalizers").ToList();
        if (!finalizers.Contains(DefinitionCleanup.Finalizer))
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Append(DefinitionCleanup.Finalizer).Select(finalizer => JsonValue.Create(finalizer))]);
        }

        var status = obj.Ensure("status");
        var conditions = status.Items("conditions").Where(condition => condition.Text("type") != DefinitionCleanup.Condition).Select(condition => condition.DeepClone());
        status["conditions"] = new JsonArray(
        [
            .. conditions,
            new JsonObject
            {
                ["type"] = DefinitionCleanup.Condition,
                ["status"] = "True",
                ["lastTransitionTime"] = ObjectFields.Time(at.Now),
                ["reason"] = "InstanceDeletionPending",
                ["message"] = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
            },
        ]);
        return true;
    }

    private static void RememberStorageVersion(JsonObject obj)
    {
        var storage = obj.Object("spec").Items("versions").FirstOrDefault(version => version.Flag("storage")).Text("name");
        var status = obj.Ensure("status");
        if (storage.Length > 0 && !status.Texts("storedVersions").Contains(storage, StringComparer.Ordinal))
        {
            status["storedVersions"] = new JsonArray([.. status.Texts("storedVersions").Append(storage).Select(version => JsonValue.Create(version))]);
        }
    }
}
