namespace Orchestrator.Host.Startup;

/// <summary>Where a start tells how far it is: a terminal, a pipe, or the process that waits for a detached one.</summary>
internal interface IStartProgress
{
    /// <summary>Something is done.</summary>
    void Done(string what);

    /// <summary>Everything is done; the lines say how to go on.</summary>
    void Ready(IReadOnlyList<string> lines);
}
