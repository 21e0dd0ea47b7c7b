namespace Orchestrator.Agent.Streaming;

/// <summary>What streams need to know of the pods on this host.</summary>
internal interface IPodLookup
{
    /// <summary>The pod as it now runs; null when it is not here or has no sandbox. Cheap: followers of logs ask again and again.</summary>
    PodSandbox? Find(string podUid);
}

/// <summary>A pod's sandbox and its containers by their names, init and ephemeral ones too.</summary>
internal sealed record PodSandbox(string SandboxId, bool HostNetwork, IReadOnlyDictionary<string, PodContainer> Containers);

/// <summary>A container of a pod with its runs.</summary>
internal sealed record PodContainer
{
    /// <summary>The newest run; null before the first.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The run before it; null when there was none or nothing of it is left.</summary>
    public string? PreviousContainerId { get; init; }

    /// <summary>The log file of the newest run.</summary>
    public string? LogPath { get; init; }

    /// <summary>The log file of the run before.</summary>
    public string? PreviousLogPath { get; init; }

    /// <summary>True while the newest run lasts.</summary>
    public bool Running { get; init; }

    /// <summary>The container has a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>The container has a standard input.</summary>
    public bool Stdin { get; init; }
}
