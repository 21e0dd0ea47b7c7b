using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of probes and lifecycle hooks.</summary>
/// <remarks>Upstream: validateProbe, validateHandler and validateLifecycle.</remarks>
internal static class ProbeValidation
{
    private static readonly string[] Counters =
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];

    private static readonly string[] Handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

    /// <summary>Validates postStart and preStop.</summary>
    public static void ValidateHooks(JsonObject container, string path, Faults faults)
    {
        var lifecycle = container.Object("lifecycle");
        foreach (var name in new[] { "postStart", "preStop" })
        {
            if (lifecycle.Object(name) is { } hook)
            {
                ValidateHandler(hook, $"{path}.lifecycle.{name}", faults);
            }
        }
    }

    /// <summary>Validates the three probes.</summary>
    public static void ValidateProbes(JsonObject container, string path, Faults faults)
    {
        ValidateProbe(container, path, "livenessProbe", succeedsOnce: true, faults);
        ValidateProbe(container, path, "readinessProbe", succeedsOnce: false, faults);
        ValidateProbe(container, path, "startupProbe", succeedsOnce: true, faults);
    }

    private static void ValidateProbe(JsonObject container, string path, string name, bool succeedsOnce, Faults faults)
    {
        if (container.Object(name) is not { } probe)
        {
            return;
        }

        var at = $"{path}.{name}";
        ValidateHandler(probe, at, faults);
        foreach (var counter in Counters)
        {
            faults.NotNegative($"{at}.{counter}", probe.Integer(counter));
        }

        var grace = probe.Integer("terminationGracePeriodSeconds");
        if (grace <= 0)
        {
            faults.Invalid(at + ".terminationGracePeriodSeconds", grace, "must be greater than 0");
        }

        if (succeedsOnce && probe.Integer("successThreshold") is { } threshold and not 1)
        {
            faults.Invalid(at + ".successThreshold", threshold, "must be 1");
        }

        if (name == "readinessProbe" && grace is not null)
        {
            faults.Invalid(at + ".terminationGracePeriodSeconds", grace, "must not be set for readinessProbes");
        }
    }

    private static void ValidateHandler(JsonObject owner, string path, Faults faults)
    {
        var count = 0;
        foreach (var name in Handlers)
        {
            if (owner.Object(name) is not { } handler)
            {
                continue;
            }

            if (count++ > 0)
            {
                faults.Forbidden($"{path}.{name}", "may not specify more than 1 handler type");
            }
            else
            {
                ValidateAction(name, handler, $"{path}.{name}", faults);
            }
        }

        if (count == 0)
        {
            faults.Required(path, "must specify a handler type");
        }
    }

    private static void ValidateAction(string name, JsonObject action, string path, Faults faults)
    {
        switch (name)
        {
            case "exec" when !action.Texts("command").Any():
                faults.Required(path + ".command");
                break;
            case "httpGet":
                if (action.Text("path").Length == 0)
                {
                    faults.Required(path + ".path");
                }

                PortValidation.ValidateNumberOrName(action["port"], path + ".port", faults);
                faults.OneOfIfSet(path + ".scheme", action.Text("scheme"), EnumTypes.UriScheme);
                break;
            case "tcpSocket" or "grpc":
                PortValidation.ValidateNumberOrName(action["port"], path + ".port", faults);
                break;
            case "sleep" when action.Integer("seconds") < 0:
                faults.Invalid(path, action.Integer("seconds"), "must be greater than or equal to 0");
                break;
            default:
                break;
        }
    }
}
