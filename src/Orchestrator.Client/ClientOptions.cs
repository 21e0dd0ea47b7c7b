namespace Orchestrator.Client;

/// <summary>Who the client is to the cluster, and how patient it is.</summary>
public sealed record ClientOptions
{
    /// <summary>The user's name, as it stands in the change log and as admission sees it.</summary>
    public required string User { get; init; }

    /// <summary>The user's groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = ["system:authenticated"];

    /// <summary>Who owns the fields that are written: metadata.managedFields and server-side apply.</summary>
    public string FieldManager { get; init; } = "orchestrator-client";

    /// <summary>How long a read or a watch is tried anew when silos are lost, counted from its last success. Then the loss is thrown.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Hears of the server's warnings, as kubectl prints them.</summary>
    public Action<string>? OnWarning { get; init; }
}
