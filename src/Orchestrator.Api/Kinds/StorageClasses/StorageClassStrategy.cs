using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.StorageClasses;

/// <summary>What StorageClasses add to the common write path: how a class provisions stays, for claims were made by it.</summary>
/// <remarks>Upstream: SetDefaults_StorageClass, ValidateStorageClass and ValidateStorageClassUpdate.</remarks>
internal sealed class StorageClassStrategy : KindStrategy
{
    private const int MostParameters = 512;
    private const int ParameterBytes = 256 * 1024;

    /// <inheritdoc />
    public override GroupResource Resource => new("storage.k8s.io", "storageclasses");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        obj.DefaultText("reclaimPolicy", "Delete");
        obj.DefaultText("volumeBindingMode", "Immediate");
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var provisioner = obj.Text("provisioner");
        if (provisioner.Length == 0)
        {
            faults.Required("provisioner");
        }
        else
        {
            faults.Invalid("provisioner", provisioner, ObjectNames.QualifiedNameErrors(provisioner.ToLowerInvariant()));
        }

        ValidateParameters(obj, faults);
        faults.OneOf("reclaimPolicy", obj.Text("reclaimPolicy"), "Delete", "Retain");
        faults.OneOf("volumeBindingMode", obj.Text("volumeBindingMode"), EnumTypes.VolumeBindingMode);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        foreach (var field in ((string[])["parameters", "provisioner", "reclaimPolicy"]).Where(field => !JsonReading.Same(obj[field], old[field])))
        {
            faults.Forbidden(field, $"updates to {field} are forbidden.");
        }

        faults.Immutable("volumeBindingMode", obj["volumeBindingMode"], old["volumeBindingMode"]);
        return faults;
    }

    private static void ValidateParameters(JsonObject obj, Faults faults)
    {
        var parameters = obj.Map("parameters").ToList();
        if (parameters.Count > MostParameters)
        {
            faults.Add(FieldError.TooLong("parameters", MostParameters));
            return;
        }

        foreach (var parameter in parameters.Where(parameter => parameter.Key.Length == 0))
        {
            faults.Invalid("parameters", parameter.Key, "field can not be empty.");
        }

        if (parameters.Sum(parameter => parameter.Key.Length + parameter.Value.Length) > ParameterBytes)
        {
            faults.Add(FieldError.TooLong("parameters", ParameterBytes));
        }
    }
}
