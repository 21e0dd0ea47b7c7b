using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Policies;
using Orchestrator.Cel;
using Orchestrator.Cel.Json;

namespace Orchestrator.Api.Kinds.AdmissionRegistration;

/// <summary>Compiles the expressions of webhooks and policies when they are written, so that a misspelt one is refused and not found out by requests.</summary>
/// <remarks>Upstream: validateCELCondition, validateVariable and their siblings in pkg/apis/admissionregistration/validation.</remarks>
internal static class ExpressionValidation
{
    /// <summary>The conditions of a webhook.</summary>
    public static void OfWebhook(JsonObject hook, string path, Faults faults) =>
        Conditions(hook, path, PolicyExpressions.OfWebhook, faults);

    /// <summary>All expressions of a policy.</summary>
    public static void OfPolicy(JsonObject? spec, bool mutates, Faults faults)
    {
        var scope = PolicyExpressions.OfPolicy(spec.Has("paramKind"), mutates);
        Conditions(spec, "spec", scope, faults);
        var variables = spec.Items("variables").Select(variable => (variable.Text("name"), variable.Text("expression"))).ToList();
        var programs = new Dictionary<string, CelProgram>(StringComparer.Ordinal);
        var (all, fault) = scope.WithVariables(variables, programs);
        if (fault is not null)
        {
            // What comes after cannot be judged without the variable.
            faults.Invalid($"spec.variables[{programs.Count}].expression", variables[programs.Count].Item2, "compilation failed: " + fault);
            return;
        }

        Each(spec, "validations", (validation, at) =>
        {
            Compile(validation.Text("expression"), at + ".expression", all, CelType.Bool, faults);
            if (validation.Text("messageExpression") is { Length: > 0 } message)
            {
                Compile(message, at + ".messageExpression", all, CelType.String, faults);
            }
        });
        Each(spec, "auditAnnotations", (annotation, at) => CompileAnnotation(annotation.Text("valueExpression"), at + ".valueExpression", all, faults));
        Each(spec, "mutations", (mutation, at) =>
        {
            if (mutation.Object("applyConfiguration") is { } configuration)
            {
                Compile(configuration.Text("expression"), at + ".applyConfiguration.expression", all, MutationTypes.ObjectType, faults);
            }

            if (mutation.Object("jsonPatch") is { } patch)
            {
                Compile(patch.Text("expression"), at + ".jsonPatch.expression", all, CelType.ListOf(MutationTypes.JsonPatchType), faults);
            }
        });
    }

    private static void Conditions(JsonObject? owner, string path, ExpressionScope scope, Faults faults) =>
        Each(owner, "matchConditions", (condition, at) => Compile(condition.Text("expression"), $"{path}.{at[(at.IndexOf('.', StringComparison.Ordinal) + 1)..]}.expression", scope, CelType.Bool, faults));

    private static void Each(JsonObject? owner, string list, Action<JsonObject, string> check)
    {
        var items = owner.Items(list).ToList();
        for (var i = 0; i < items.Count; i++)
        {
            check(items[i], $"spec.{list}[{i}]");
        }
    }

    private static void CompileAnnotation(string expression, string path, ExpressionScope scope, Faults faults)
    {
        if (expression.Trim().Length == 0)
        {
            return;
        }

        var compilation = PolicyExpressions.Compile(scope, expression);
        if (compilation.Program is not { } program)
        {
            faults.Invalid(path, expression, "compilation failed: " + compilation.Message);
        }
        else if (!program.ResultType.Equals(CelType.String) && !program.ResultType.Equals(CelType.Null))
        {
            faults.Invalid(path, expression, "must evaluate to one of [string null_type]");
        }
    }

    private static void Compile(string expression, string path, ExpressionScope scope, CelType wanted, Faults faults)
    {
        if (expression.Trim().Length == 0)
        {
            // That it is missing is said elsewhere.
            return;
        }

        var compilation = PolicyExpressions.Compile(scope, expression);
        if (compilation.Program is not { } program)
        {
            faults.Invalid(path, expression, "compilation failed: " + compilation.Message);
        }
        else if (!program.ResultType.Equals(wanted))
        {
            faults.Invalid(path, expression, $"must evaluate to {wanted}");
        }
    }
}
