using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of a container's ports.</summary>
/// <remarks>Upstream: validateContainerPorts and checkHostPortConflicts.</remarks>
internal static class PortValidation
{
    /// <summary>Validates the ports of one container.</summary>
    public static void Validate(JsonObject container, string path, Faults faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ports = container.Items("ports").ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            var at = $"{path}[{i}]";
            ValidateName(ports[i].Text("name"), at, names, faults);
            if (ports[i].Integer("containerPort") is { } number and not 0)
            {
                faults.Invalid(at + ".containerPort", number, Formats.PortNumber(number));
            }
            else
            {
                faults.Required(at + ".containerPort");
            }

            if (ports[i].Integer("hostPort") is { } hostPort and not 0)
            {
                faults.Invalid(at + ".hostPort", hostPort, Formats.PortNumber(hostPort));
            }

            faults.OneOf(at + ".protocol", ports[i].Text("protocol"), EnumTypes.Protocol);
        }
    }

    /// <summary>No two ports of a pod may take the same port of the host.</summary>
    public static void ValidateHostPorts(List<JsonObject> containers, string path, Faults faults)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < containers.Count; i++)
        {
            var ports = containers[i].Items("ports").ToList();
            for (var j = 0; j < ports.Count; j++)
            {
                var hostPort = ports[j].Integer("hostPort") ?? 0;
                var socket = $"{ports[j].Text("protocol")}/{ports[j].Text("hostIP")}/{hostPort}";
                if (hostPort != 0 && !taken.Add(socket))
                {
                    faults.Duplicate($"{path}[{i}].ports[{j}].hostPort", socket);
                }
            }
        }
    }

    /// <summary>On the host's network a container port is the host's port.</summary>
    public static void ValidateHostNetwork(JsonObject spec, string path, bool isTemplate, Faults faults)
    {
        var containers = spec.Items("containers").ToList();
        for (var i = 0; i < containers.Count; i++)
        {
            var ports = containers[i].Items("ports").ToList();
            for (var j = 0; j < ports.Count; j++)
            {
                var hostPort = ports[j].Integer("hostPort") ?? 0;
                if (hostPort != ports[j].Integer("containerPort") && !(isTemplate && hostPort == 0))
                {
                    faults.Invalid($"{path}[{i}].ports[{j}].containerPort", ports[j].Integer("containerPort"),
                        "must match `hostPort` when `hostNetwork` is true");
                }
            }
        }
    }

    /// <summary>Validates a port that is a number or a name, as probes and Services take it.</summary>
    public static void ValidateNumberOrName(JsonNode? port, string path, Faults faults)
    {
        if (JsonReading.AsText(port) is { } name)
        {
            faults.Invalid(path, name, Formats.PortName(name));
        }
        else
        {
            var number = JsonReading.AsInteger(port) ?? 0;
            faults.Invalid(path, number, Formats.PortNumber(number));
        }
    }

    private static void ValidateName(string name, string path, HashSet<string> names, Faults faults)
    {
        if (name.Length == 0)
        {
            return;
        }

        var complaints = Formats.PortName(name).ToList();
        if (complaints.Count > 0)
        {
            faults.Invalid(path + ".name", name, complaints);
        }
        else if (!names.Add(name))
        {
            faults.Duplicate(path + ".name", name);
        }
    }
}
