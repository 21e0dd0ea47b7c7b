namespace Orchestrator.Host.Up;

/// <summary>A process that a cluster on one host consists of, besides the server.</summary>
internal interface IPart
{
    /// <summary>Its name in messages.</summary>
    string Name { get; }

    /// <summary>True while it runs.</summary>
    bool IsAlive { get; }

    /// <summary>Starts it, or takes over the one that runs already, and waits until it is ready.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Ends it.</summary>
    Task StopAsync();
}
