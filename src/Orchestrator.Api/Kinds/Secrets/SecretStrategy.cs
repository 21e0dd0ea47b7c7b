using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Secrets;

/// <summary>What Secrets add to the common write path: plain strings become data, and the type is Opaque when none is given.</summary>
/// <remarks>Upstream: pkg/registry/core/secret/strategy.go, SetDefaults_Secret and Convert_v1_Secret_To_core_Secret.</remarks>
internal sealed class SecretStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "secrets");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        obj.DefaultText("type", "Opaque");
        if (obj.Object("stringData") is { Count: > 0 } plain)
        {
            var data = obj.Ensure("data");
            foreach (var (key, value) in plain)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonReading.AsText(value) ?? ""));
            }
        }

        obj.Remove("stringData");
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        base.PrepareForUpdate(obj, old, subresource);
        if (obj.Text("type").Length == 0)
        {
            Restore("type", obj, old);
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => SecretValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        SecretValidation.ValidateUpdate(obj, old);
}
