using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources.Schemas;

/// <summary>A rule of x-kubernetes-validations.</summary>
/// <param name="Rule">The expression in CEL that must be true.</param>
/// <param name="Message">What is said when it is not; may be empty.</param>
/// <param name="MessageExpression">The expression in CEL that makes the message; may be empty.</param>
/// <param name="Reason">FieldValueInvalid, FieldValueForbidden, FieldValueRequired or FieldValueDuplicate; empty is the first.</param>
/// <param name="FieldPath">The field that is at fault, relative to the rule's place; may be empty.</param>
/// <param name="OptionalOldSelf">True: oldSelf is an optional value and the rule holds for new objects too; null: not said.</param>
public sealed record ValidationRule(string Rule, string Message, string MessageExpression, string Reason, string FieldPath, bool? OptionalOldSelf)
{
    /// <summary>Reads a rule.</summary>
    public static ValidationRule Read(JsonObject source) => new(
        Text(source, "rule"),
        Text(source, "message"),
        Text(source, "messageExpression"),
        Text(source, "reason"),
        Text(source, "fieldPath"),
        source["optionalOldSelf"]?.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        });

    private static string Text(JsonObject source, string name) =>
        source[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
