using System.Globalization;
using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Subresources;

/// <summary>Where a proxied request goes: a port of a pod.</summary>
internal sealed record ProxyTarget(PodView Pod, int Port)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const int DefaultPort = 80;

    /// <summary>Finds the target of <c>NAME</c>, <c>NAME:PORT</c> or <c>SCHEME:NAME:PORT</c>.</summary>
    /// <param name="cache">The objects.</param>
    /// <param name="resource">pods or services.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="reference">The name as it stands in the URL.</param>
    /// <param name="chance">Chooses among the endpoints of a Service.</param>
    public static (ProxyTarget? Target, ApiStatus? Fault) Find(IWatchCache cache, string resource, string ns, string reference, Func<int, int> chance)
    {
        var (scheme, name, port) = reference.Split(':') switch
        {
            [var only] => ("", only, ""),
            [var first, var second] => ("", first, second),
            [var first, var second, var third] => (first, second, third),
            _ => ("?", reference, ""),
        };
        if (scheme is not ("" or "http"))
        {
            return (null, Statuses.BadRequest($"invalid {resource[..^1]} request {GoText.Quote(reference)}: only http is proxied"));
        }

        return resource == "pods" ? OfPod(cache, ns, name, port) : OfService(cache, ns, name, port, chance);
    }

    private static (ProxyTarget? Target, ApiStatus? Fault) OfPod(IWatchCache cache, string ns, string name, string port)
    {
        if (cache.Find(new ObjectKey("", "pods", ns, name)) is not { } found)
        {
            return (null, Statuses.NotFound(new GroupResource("", "pods"), name));
        }

        using var pod = JsonDocument.Parse(found.Stored.Document);
        if ((port.Length > 0 ? ParsePort(port) : FirstPort(pod.RootElement) ?? DefaultPort) is not { } number)
        {
            return (null, Statuses.BadRequest($"invalid pod request {GoText.Quote(name + ":" + port)}"));
        }

        var view = PodView.Read(found.Stored.Document);
        return view.NodeName.Length > 0
            ? (new ProxyTarget(view, number), null)
            : (null, Statuses.BadRequest($"pod {name} does not have a host assigned"));
    }

    private static (ProxyTarget? Target, ApiStatus? Fault) OfService(IWatchCache cache, string ns, string name, string port, Func<int, int> chance)
    {
        if (cache.Find(new ObjectKey("", "services", ns, name)) is not { } found)
        {
            return (null, Statuses.NotFound(new GroupResource("", "services"), name));
        }

        using var service = JsonDocument.Parse(found.Stored.Document);
        if (PortName(service.RootElement, port) is not { } portName)
        {
            return (null, Statuses.ServiceUnavailable($"no service port {GoText.Quote(port)} found for service {GoText.Quote(name)}"));
        }

        var targets = cache.Snapshot(new GroupResource("discovery.k8s.io", "endpointslices"), ns).Objects
            .Where(slice => slice.Labels.TryGetValue(ServiceNameLabel, out var owner) && owner == name)
            .SelectMany(slice => Endpoints(slice, portName))
            .Select(endpoint => (Pod: cache.Find(new ObjectKey("", "pods", ns, endpoint.Pod)), endpoint.Port))
            .Where(endpoint => endpoint.Pod is not null)
            .Select(endpoint => new ProxyTarget(PodView.Read(endpoint.Pod!.Stored.Document), endpoint.Port))
            .Where(target => target.Pod.NodeName.Length > 0)
            .ToList();
        return targets.Count > 0
            ? (targets[chance(targets.Count)], null)
            : (null, Statuses.ServiceUnavailable($"no endpoints available for service {GoText.Quote(name)}"));
    }

    /// <summary>The name of the Service's port that is meant: by name, by number, or the only one. An unnamed port is named by the empty text.</summary>
    private static string? PortName(JsonElement service, string wanted)
    {
        var ports = service.TryGetProperty("spec", out var spec) && spec.TryGetProperty("ports", out var list) ? list.EnumerateArray().ToList() : [];
        if (wanted.Length == 0 && ports.Count == 1)
        {
            return Name(ports[0]);
        }

        foreach (var port in ports)
        {
            if (Name(port) == wanted || port.GetProperty("port").GetInt32() == ParsePort(wanted))
            {
                return Name(port);
            }
        }

        return null;
    }

    private static List<(string Pod, int Port)> Endpoints(CachedObject cached, string portName)
    {
        using var document = JsonDocument.Parse(cached.Stored.Document);
        var slice = document.RootElement;
        var port = Items(slice, "ports").Where(candidate => Name(candidate) == portName && candidate.TryGetProperty("port", out _))
            .Select(candidate => candidate.GetProperty("port").GetInt32()).FirstOrDefault();
        return port == 0 ? [] : [.. Items(slice, "endpoints").Where(IsReady).Select(PodOf).Where(pod => pod.Length > 0).Select(pod => (pod, port))];
    }

    private static bool IsReady(JsonElement endpoint) =>
        !endpoint.TryGetProperty("conditions", out var conditions) || !conditions.TryGetProperty("ready", out var ready) || ready.ValueKind != JsonValueKind.False;

    private static string PodOf(JsonElement endpoint) =>
        endpoint.TryGetProperty("targetRef", out var target) && target.TryGetProperty("kind", out var kind) && kind.ValueEquals("Pod") ? Name(target) : "";

    private static int? FirstPort(JsonElement pod) => Items(pod.GetProperty("spec"), "containers").SelectMany(container => Items(container, "ports"))
        .Select(port => (int?)port.GetProperty("containerPort").GetInt32()).FirstOrDefault();

    private static List<JsonElement> Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string Name(JsonElement named) => named.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "";

    private static int? ParsePort(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null;
}
