using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.LimitRanges;

/// <summary>What LimitRanges add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/limitrange/strategy.go and SetDefaults_LimitRangeItem.</remarks>
internal sealed class LimitRangeStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "limitranges");

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        foreach (var limit in obj.Object("spec").Items("limits").Where(limit => limit.Text("type") == "Container"))
        {
            Fill(limit, "default", "max");
            Fill(limit, "defaultRequest", "default");
            Fill(limit, "defaultRequest", "min");
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => LimitRangeValidation.Validate(obj.Object("spec"));

    private static void Fill(JsonObject limit, string field, string source)
    {
        foreach (var (name, amount) in limit.Object(source) ?? [])
        {
            var target = limit.Ensure(field);
            if (!target.ContainsKey(name))
            {
                target[name] = amount?.DeepClone();
            }
        }
    }
}
