using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules that workloads share: a selector that matches its template, and counts in numbers or percent.</summary>
/// <remarks>Upstream: pkg/apis/apps/validation.</remarks>
internal static class WorkloadValidation
{
    /// <summary>A selector must be there and select something.</summary>
    public static void ValidateSelector(JsonObject spec, string emptyMessage, Faults faults)
    {
        if (spec.Object("selector") is not { } selector)
        {
            faults.Required("spec.selector");
            return;
        }

        Selectors.Validate(selector, "spec.selector", faults);
        if (Selectors.IsEmpty(selector))
        {
            faults.Invalid("spec.selector", selector, emptyMessage);
        }
    }

    /// <summary>A template of pods that run for ever: its labels match the selector, and it restarts always.</summary>
    public static void ValidateTemplate(JsonObject spec, string kind, Faults faults)
    {
        var template = spec.Object("template");
        var labels = template.Object("metadata").Object("labels");
        var selector = spec.Object("selector");
        if ((selector is null || !Selectors.IsEmpty(selector)) && !Selectors.Matches(selector, labels))
        {
            faults.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
        }

        PodSpecValidation.ValidateTemplate(template, "spec.template", faults);
        ValidateRunsForEver(template.Object("spec"), kind, faults);
    }

    /// <summary>Pods of the workload restart always and have no deadline.</summary>
    public static void ValidateRunsForEver(JsonObject? spec, string kind, Faults faults)
    {
        // Another word than the three is already at fault as such.
        if (spec.Text("restartPolicy") is "OnFailure" or "Never")
        {
            faults.NotSupported("spec.template.spec.restartPolicy", spec.Text("restartPolicy"), "Always");
        }

        if (spec.Has("activeDeadlineSeconds"))
        {
            faults.Forbidden("spec.template.spec.activeDeadlineSeconds", $"activeDeadlineSeconds in {kind} is not Supported");
        }
    }

    /// <summary>A count that is a number from zero or a percentage.</summary>
    public static void ValidateCount(JsonNode? count, string path, Faults faults)
    {
        if (JsonReading.AsText(count) is { } text)
        {
            if (Percent(count) is null)
            {
                faults.Invalid(path, text, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                    + "regex used for validation is '[0-9]+%')");
            }
        }
        else
        {
            faults.NotNegative(path, JsonReading.AsInteger(count));
        }
    }

    /// <summary>A share of the whole may not be more than it.</summary>
    public static void ValidateNotMoreThanAll(JsonNode? count, string path, Faults faults)
    {
        if (Percent(count) > 100)
        {
            faults.Add(FieldError.Invalid(path, count, "must not be greater than 100%"));
        }
    }

    /// <summary>Whether a count is there and means none at all.</summary>
    public static bool IsZero(JsonNode? count) => (JsonReading.AsText(count) is null ? JsonReading.AsInteger(count) ?? 0 : Percent(count)) == 0;

    private static long? Percent(JsonNode? count) =>
        JsonReading.AsText(count) is { Length: > 1 } text && text[^1] == '%'
        && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : null;
}
