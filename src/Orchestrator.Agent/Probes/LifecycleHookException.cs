namespace Orchestrator.Agent.Probes;

/// <summary>A lifecycle hook failed: its message says which and how.</summary>
internal sealed class LifecycleHookException : Exception
{
    /// <summary>Creates it with what happened.</summary>
    public LifecycleHookException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with what happened and why.</summary>
    public LifecycleHookException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
