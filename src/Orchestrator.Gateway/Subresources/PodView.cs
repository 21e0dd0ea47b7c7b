using System.Text.Json;

namespace Orchestrator.Gateway.Subresources;

/// <summary>What streams need to know of a pod.</summary>
internal sealed record PodView
{
    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The uid, by which the agent knows it.</summary>
    public required string Uid { get; init; }

    /// <summary>The node; empty before the pod is bound.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>The names of the ordinary containers.</summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>The names of the init containers.</summary>
    public IReadOnlyList<string> InitContainers { get; init; } = [];

    /// <summary>The names of the ephemeral containers.</summary>
    public IReadOnlyList<string> EphemeralContainers { get; init; } = [];

    /// <summary>The containers' states by name, of those that have one.</summary>
    public IReadOnlyDictionary<string, ContainerView> States { get; init; } = new Dictionary<string, ContainerView>();

    /// <summary>Reads a pod's document.</summary>
    public static PodView Read(ReadOnlyMemory<byte> document)
    {
        using var parsed = JsonDocument.Parse(document);
        var pod = parsed.RootElement;
        var metadata = pod.GetProperty("metadata");
        var spec = Child(pod, "spec");
        var states = new Dictionary<string, ContainerView>(StringComparer.Ordinal);
        foreach (var list in (string[])["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"])
        {
            foreach (var status in Items(Child(pod, "status"), list))
            {
                states[Text(status, "name")] = ReadState(status);
            }
        }

        return new PodView
        {
            Namespace = Text(metadata, "namespace"),
            Name = Text(metadata, "name"),
            Uid = Text(metadata, "uid"),
            NodeName = Text(spec, "nodeName"),
            Containers = Names(spec, "containers"),
            InitContainers = Names(spec, "initContainers"),
            EphemeralContainers = Names(spec, "ephemeralContainers"),
            States = states,
        };
    }

    private static ContainerView ReadState(JsonElement status)
    {
        var state = Child(status, "state");
        var waiting = Child(state, "waiting");
        var isTerminated = Child(state, "terminated").ValueKind == JsonValueKind.Object;
        return new ContainerView
        {
            IsWaiting = waiting.ValueKind == JsonValueKind.Object,
            WaitingReason = Text(waiting, "reason"),
            IsRunning = Child(state, "running").ValueKind == JsonValueKind.Object,
            IsTerminated = isTerminated,
            HasPrevious = Text(Child(Child(status, "lastState"), "terminated"), "containerID").Length > 0,
        };
    }

    private static List<string> Names(JsonElement spec, string list) => [.. Items(spec, list).Select(container => Text(container, "name"))];

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string Text(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
}

/// <summary>The state of a container as its pod's status has it.</summary>
internal sealed record ContainerView
{
    /// <summary>It waits to start.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>What for.</summary>
    public string WaitingReason { get; init; } = "";

    /// <summary>It runs.</summary>
    public bool IsRunning { get; init; }

    /// <summary>It has ended.</summary>
    public bool IsTerminated { get; init; }

    /// <summary>A run before this one has ended.</summary>
    public bool HasPrevious { get; init; }
}
