using System.Globalization;
using Orchestrator.Api.CustomResources.Schemas;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The form of x-kubernetes-validations: what stands around the expressions.</summary>
internal static class RuleRules
{
    private static readonly string[] Reasons = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    /// <summary>Validates the rules of one place.</summary>
    public static void ValidateForm(StructuralSchema schema, string path, Faults faults)
    {
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            ValidateForm(schema, schema.Rules[i], string.Create(CultureInfo.InvariantCulture, $"{path}.x-kubernetes-validations[{i}]"), faults);
        }
    }

    private static void ValidateForm(StructuralSchema schema, ValidationRule rule, string path, Faults faults)
    {
        var message = rule.Message.Trim();
        if (rule.Rule.Trim().Length == 0)
        {
            faults.Required(path + ".rule", "rule is not specified");
        }
        else if (rule.Message.Length > 0 && message.Length == 0)
        {
            faults.Invalid(path + ".message", rule.Message, "message must be non-empty if specified");
        }
        else if (HasLineBreak(message))
        {
            faults.Invalid(path + ".message", rule.Message, "message must not contain line breaks");
        }
        else if (HasLineBreak(rule.Rule.Trim()) && message.Length == 0)
        {
            faults.Required(path + ".message", "message must be specified if rule contains line breaks");
        }

        if (rule.MessageExpression.Length > 0 && rule.MessageExpression.Trim().Length == 0)
        {
            faults.Required(path + ".messageExpression", "messageExpression must be non-empty if specified");
        }

        if (rule.Reason.Length > 0 && !Reasons.Contains(rule.Reason))
        {
            faults.NotSupported(path + ".reason", rule.Reason, Reasons);
        }

        if (rule.FieldPath.Length > 0)
        {
            ValidateFieldPath(schema, rule.FieldPath, path + ".fieldPath", faults);
        }
    }

    private static void ValidateFieldPath(StructuralSchema schema, string fieldPath, string path, Faults faults)
    {
        if (fieldPath.Trim().Length == 0)
        {
            faults.Invalid(path, fieldPath, "fieldPath must be non-empty if specified");
        }

        if (HasLineBreak(fieldPath))
        {
            faults.Invalid(path, fieldPath, "fieldPath must not contain line breaks");
        }

        _ = FieldPaths.Find(fieldPath, schema, allowsKeys: true, out var fault);
        if (fault is not null)
        {
            faults.Invalid(path, fieldPath, "fieldPath must be a valid path");
        }
    }

    private static bool HasLineBreak(string text) => text.AsSpan().IndexOfAny('\r', '\n') >= 0;
}
