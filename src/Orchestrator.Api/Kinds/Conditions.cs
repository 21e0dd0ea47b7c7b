using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds;

/// <summary>The rules of conditions in the common form.</summary>
/// <remarks>Upstream: ValidateConditions of apimachinery/pkg/apis/meta/v1/validation.</remarks>
internal static partial class Conditions
{
    private const int LongestReason = 1024;
    private const int LongestMessage = 32 * 1024;

    [GeneratedRegex(@"^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ReasonForm { get; }

    /// <summary>Validates a list of conditions.</summary>
    public static void Validate(IReadOnlyList<JsonObject> conditions, string path, Faults faults)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var type = conditions[i].Text("type");
            if (!types.Add(type))
            {
                faults.Duplicate($"{path}[{i}].type", type);
            }

            Validate(conditions[i], $"{path}[{i}]", faults);
        }
    }

    private static void Validate(JsonObject condition, string path, Faults faults)
    {
        var (type, reason) = (condition.Text("type"), condition.Text("reason"));
        faults.Invalid(path + ".type", type, ObjectNames.QualifiedNameErrors(type));
        if (condition.Text("status") is not ("True" or "False" or "Unknown"))
        {
            faults.NotSupported(path + ".status", condition.Text("status"), "False", "True", "Unknown");
        }

        if (condition.Integer("observedGeneration") is { } generation and < 0)
        {
            faults.Invalid(path + ".observedGeneration", generation, "must be greater than or equal to zero");
        }

        if (condition.Text("lastTransitionTime").Length == 0)
        {
            faults.Required(path + ".lastTransitionTime", "must be set");
        }

        if (reason.Length == 0)
        {
            faults.Required(path + ".reason", "must be set");
        }
        else
        {
            if (!ReasonForm.IsMatch(reason))
            {
                faults.Invalid(path + ".reason", reason, "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric "
                    + "characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  "
                    + "or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')");
            }

            if (reason.Length > LongestReason)
            {
                faults.Add(FieldError.TooLong(path + ".reason", LongestReason));
            }
        }

        if (condition.Text("message").Length > LongestMessage)
        {
            faults.Add(FieldError.TooLong(path + ".message", LongestMessage));
        }
    }
}
