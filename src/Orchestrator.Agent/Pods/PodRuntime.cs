namespace Orchestrator.Agent.Pods;

/// <summary>What a container does.</summary>
internal enum RuntimeState
{
    /// <summary>Made and not started: the agent ended in between.</summary>
    Created,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has ended.</summary>
    Exited,

    /// <summary>The runtime lost track of it.</summary>
    Unknown,
}

/// <summary>A pod's sandbox as the runtime has it.</summary>
internal sealed record RuntimeSandbox(string Id, int Attempt, bool IsReady, DateTimeOffset CreatedAt, IReadOnlyList<string> Ips);

/// <summary>A container as the runtime has it, with what its annotations say of how it came to be.</summary>
internal sealed record RuntimeContainer
{
    public required string Id { get; init; }

    public required string SandboxId { get; init; }

    public required string Name { get; init; }

    /// <summary>How often it was started before: 0 for the first.</summary>
    public int Attempt { get; init; }

    public RuntimeState State { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    public int ExitCode { get; init; }

    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    public string Image { get; init; } = "";

    public string ImageRef { get; init; } = "";

    /// <summary>Of what definition it was made.</summary>
    public string Hash { get; init; } = "";

    /// <summary>How many failures in a row came before it.</summary>
    public int BackOffStep { get; init; }

    /// <summary>Where its output is on the host.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>The file of the host with its last words.</summary>
    public string TerminationMessageFile { get; init; } = "";

    /// <summary>The end of its log stands in for missing last words after a failure.</summary>
    public bool FallsBackToLog { get; init; }
}

/// <summary>All that the runtime has of one pod; newest first.</summary>
internal sealed record PodRuntime(IReadOnlyList<RuntimeSandbox> Sandboxes, IReadOnlyList<RuntimeContainer> Containers)
{
    /// <summary>Nothing.</summary>
    public static PodRuntime Empty { get; } = new([], []);

    /// <summary>The newest sandbox, if it is ready.</summary>
    public RuntimeSandbox? Sandbox => Sandboxes is [{ IsReady: true } newest, ..] ? newest : null;

    /// <summary>The newest container of a name, in whichever sandbox.</summary>
    public RuntimeContainer? Latest(string name) => Containers.FirstOrDefault(container => container.Name == name);

    /// <summary>The container of a name before the newest.</summary>
    public RuntimeContainer? Previous(string name) => Containers.Where(container => container.Name == name).Skip(1).FirstOrDefault();

    /// <summary>The newest container of a name in the present sandbox.</summary>
    public RuntimeContainer? Current(string name) =>
        Sandbox is { } sandbox ? Containers.FirstOrDefault(container => container.Name == name && container.SandboxId == sandbox.Id) : null;
}
