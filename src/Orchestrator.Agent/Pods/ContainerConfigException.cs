namespace Orchestrator.Agent.Pods;

/// <summary>A container cannot be created as its pod describes it: what the waiting reason CreateContainerConfigError says.</summary>
internal sealed class ContainerConfigException : Exception
{
    /// <summary>Creates it with what users read in the container's status.</summary>
    public ContainerConfigException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with what users read in the container's status, and the cause.</summary>
    public ContainerConfigException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
